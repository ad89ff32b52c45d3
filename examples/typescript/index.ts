import * as pulumi from "@pulumi/pulumi";

import { Property } from "./property";

const config = new pulumi.Config();

const villa = new Property("villa", {
  name: "Beachfront Villa",
  address: "123 Ocean Drive",
  bedrooms: 3,
  max_guests: 6,
  attributes: { pets_allowed: true, door_code: config.requireSecret("doorCode") },
});

const cabin = new Property("cabin", {
  name: "Pine Cabin",
  max_guests: 4,
  if_exists: "adopt",
  clear: ["notes"],
});

export const villaId = villa.id;
export const cabinStatus = cabin.status;
