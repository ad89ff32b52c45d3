import * as pulumi from "@pulumi/pulumi";

/** What a program declares of a listing. Fields that are left out are not managed. */
export interface PropertyArgs {
  name: pulumi.Input<string>;
  address?: pulumi.Input<string>;
  bedrooms?: pulumi.Input<number>;
  bathrooms?: pulumi.Input<number>;
  max_guests?: pulumi.Input<number>;
  status?: pulumi.Input<string>;
  attributes?: pulumi.Input<Record<string, unknown>>;
  /** The fields to set to null. `null` as a value does the same; `undefined` declares nothing. */
  clear?: pulumi.Input<pulumi.Input<string>[]>;
  if_exists?: pulumi.Input<"error" | "adopt" | "create">;
  existing_id?: pulumi.Input<string>;
  deletion_policy?: pulumi.Input<"delete" | "deactivate">;
}

/** A listing at SetSmart, managed by the native plugin. */
export class Property extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly address: pulumi.Output<string | null>;
  declare readonly bedrooms: pulumi.Output<number | null>;
  declare readonly bathrooms: pulumi.Output<number | null>;
  declare readonly max_guests: pulumi.Output<number | null>;
  declare readonly status: pulumi.Output<string | null>;

  constructor(name: string, args: PropertyArgs, options?: pulumi.CustomResourceOptions) {
    // A property of the resource is an output only if it is named here.
    const outputs = {
      address: undefined,
      bedrooms: undefined,
      bathrooms: undefined,
      max_guests: undefined,
      status: undefined,
    };
    super("setsmart:index:Property", name, { ...outputs, ...args }, options);
  }
}
