// Creates, reads, lists, updates and deletes with the types that openapi-typescript generates, by
// openapi-fetch. Prints what it saw, as JSON. `crud.py` does the same with the client of
// openapi-python-client.

import createClient from "openapi-fetch";

import type { components, paths } from "./setsmart.js";

declare const process: { env: Record<string, string | undefined> };

type PropertyInput = components["schemas"]["PropertyInput"];
type WebhookInput = components["schemas"]["WebhookInput"];

const client = createClient<paths>({
  baseUrl: process.env.SETSMART_BASE_URL,
  headers: { "X-API-Key": process.env.SETSMART_API_KEY },
});

function given<Body>(response: { data?: Body; error?: unknown }): Body {
  if (response.data === undefined) throw new Error(JSON.stringify(response.error));
  return response.data;
}

async function properties() {
  const villa: PropertyInput = {
    name: "Beachfront Villa",
    bedrooms: 3,
    max_guests: 6,
    pets_allowed: true,
  };
  const created = given(
    await client.POST("/properties", {
      params: { header: { "Idempotency-Key": "8f14e45f" } },
      body: villa,
    }),
  );
  const path = { id: created.id };
  const read = given(await client.GET("/properties/{id}", { params: { path } }));
  const listed = given(await client.GET("/properties", { params: { query: { page: 1 } } }));
  const updated = given(
    await client.PUT("/properties/{id}", {
      params: { path, header: { "If-Match": "*" } },
      body: { ...villa, bedrooms: 4 },
    }),
  );
  const deleted = await client.DELETE("/properties/{id}", { params: { path } });
  const missing = await client.GET("/properties/{id}", { params: { path } });
  return {
    created: created.id,
    read: [read.name, read.bedrooms, read.address, read.pets_allowed],
    listed: listed.map((one) => one.id),
    updated: [updated.name, updated.bedrooms],
    deleted: deleted.response.status,
    missing: missing.error?.error.code,
  };
}

async function webhooks() {
  const hook: WebhookInput = { url: "https://example.com/hooks", events: ["property.updated"] };
  const created = given(await client.POST("/webhooks", { body: hook }));
  const path = { id: created.id };
  const read = given(await client.GET("/webhooks/{id}", { params: { path } }));
  const listed = given(await client.GET("/webhooks"));
  const updated = given(
    await client.PUT("/webhooks/{id}", {
      params: { path },
      body: { ...hook, events: ["property.updated", "property.deleted"] },
    }),
  );
  const deleted = await client.DELETE("/webhooks/{id}", { params: { path } });
  const missing = await client.GET("/webhooks/{id}", { params: { path } });
  return {
    created: created.id,
    read: [read.url, read.events],
    listed: listed.map((one) => one.id),
    updated: updated.events,
    deleted: deleted.response.status,
    missing: missing.error?.error.code,
  };
}

// What the contract forbids does not compile: a property needs a name, bedrooms are a number, an
// operation on one object needs its id.
export function refused() {
  // @ts-expect-error -- no name
  void client.POST("/properties", { body: { bedrooms: 3 } });
  // @ts-expect-error -- a string
  void client.POST("/properties", { body: { name: "Cabin", bedrooms: "3" } });
  // @ts-expect-error -- no id, although the operation has another parameter
  void client.PUT("/properties/{id}", { params: { header: {} }, body: { name: "Cabin" } });
}

console.log(JSON.stringify({ properties: await properties(), webhooks: await webhooks() }));
