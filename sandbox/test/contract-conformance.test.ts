import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { type Document, OpenAPIBackend } from "openapi-backend";
import { parse } from "yaml";
import { MERCHANT_IDS } from "../src";
import { openSandbox, type SandboxClient } from "./sandbox-client";

const contractFile = join(__dirname, "..", "payengine-keys-api.yaml");
const operationIds: Record<string, string> = {
  "POST /api-keys": "createKey",
  "GET /api-keys": "listKeys",
  "GET /api-keys/{id}": "getKey",
  "DELETE /api-keys/{id}": "revokeKey",
  "GET /merchant": "merchant",
  "GET /merchant/{id}": "getMerchant",
};

/** The contract in an independent validator. */
async function contractValidator(): Promise<OpenAPIBackend> {
  const definition = parse(readFileSync(contractFile, "utf8"));
  for (const [operation, operationId] of Object.entries(operationIds)) {
    const [method = "", path = ""] = operation.split(" ");
    const described = definition.paths[path][method.toLowerCase()];
    // openapi-backend finds operations by an ID, which the contract does not have.
    described.operationId = operationId;
    // The contract describes these errors for some calls only; their format is the same everywhere.
    for (const status of ["400", "401", "403", "404"]) {
      described.responses[status] ??= { $ref: "#/components/responses/Failure" };
    }
  }
  const validator = new OpenAPIBackend({
    definition: definition as Document,
    // Its own check of the document supports OpenAPI 3.0 only.
    quick: true,
    coerceTypes: true,
    ajvOpts: { strict: false },
    customizeAjv: (ajv) => addFormats(ajv),
  });
  await validator.init();
  return validator;
}

interface GeneratedRequest {
  method: string;
  path: string;
  query?: Record<string, string>;
  body?: unknown;
}

const text = fc.string({ unit: "binary", maxLength: 140 });
const type = fc.oneof(fc.constantFrom("public", "private"), text);
const numeral = fc.oneof(
  fc.integer({ min: -2, max: 120 }).map(String),
  fc.maxSafeInteger().map(String),
  fc.constantFrom("1e300", "1.5", "two"),
);
const request: fc.Arbitrary<GeneratedRequest> = fc.oneof(
  fc.record({
    method: fc.constant("POST"),
    path: fc.constant("/api-keys"),
    body: fc.oneof(
      fc.record({ name: text, type: fc.constantFrom("public", "private") }),
      fc.record({ name: fc.oneof(text, fc.jsonValue()), type }, { requiredKeys: [] }),
      fc.dictionary(fc.string(), fc.jsonValue()),
    ),
  }),
  fc.record({
    method: fc.constant("GET"),
    path: fc.constant("/api-keys"),
    query: fc.record({ page: numeral, size: numeral, q: text }, { requiredKeys: [] }),
  }),
  fc.record({
    method: fc.constantFrom("GET", "DELETE"),
    path: fc.oneof(fc.constant("an existing key"), fc.uuid()).map((id) => `/api-keys/${id}`),
  }),
  fc.record({
    method: fc.constant("GET"),
    path: fc.constant("/merchant"),
    query: fc.record({ page: numeral, size: numeral }, { requiredKeys: [] }),
  }),
  fc.record({
    method: fc.constant("GET"),
    path: fc.oneof(fc.constantFrom(...MERCHANT_IDS.sandbox), fc.uuid()).map((id) => `/merchant/${id}`),
  }),
);

async function send(client: SandboxClient, { method, path, query, body }: GeneratedRequest) {
  const search = query ? `?${new URLSearchParams(query)}` : "";
  return client.send<unknown>(method, `${path}${search}`, body);
}

/** The validator's errors about the response; empty if it is valid. */
function complaints(validator: OpenAPIBackend, sent: GeneratedRequest, status: number, body: unknown) {
  const operation = validator.matchOperation({ ...sent, headers: {} });
  if (!operation) return [`no operation ${sent.method} ${sent.path}`];
  // The validator accepts a status that the document does not have.
  if (!operation.responses?.[status]) return [`${operation.operationId} has no status ${status}`];
  return validator.validateResponse(body, operation, status).errors ?? [];
}

describe("the contract", () => {
  it("accepts what an independent validator accepts, rejects the rest with 422, and responds by the contract", async () => {
    const validator = await contractValidator();
    const { admin } = await openSandbox();
    const accepted = new Set<string>();
    const refused = new Set<string>();

    await fc.assert(
      fc.asyncProperty(request, async (generated) => {
        const existing = (await admin.create("existing", "public")).body.data;
        const sent = { ...generated, path: generated.path.replace("an existing key", existing.id) };
        const headers = { "content-type": "application/json", authorization: "Basic some key" };
        const valid = validator.validateRequest({ ...sent, headers }).valid;

        const { status, body } = await send(admin, sent);

        expect(complaints(validator, sent, status, body)).toEqual([]);
        expect({ valid, refused: status === 422 }).toEqual({ valid, refused: !valid });
        if (sent.method === "POST" && status === 200) expect(body).toMatchObject({ data: generated.body });
        (status < 300 ? accepted : refused).add(`${sent.method} ${sent.path.split("/")[1]} ${status}`);
      }),
      { numRuns: 250, seed: 20261124 },
    );

    // Otherwise the generator no longer covers the property.
    expect([...accepted].sort()).toEqual([
      "DELETE api-keys 200",
      "GET api-keys 200",
      "GET merchant 200",
      "POST api-keys 200",
    ]);
    expect([...refused].sort()).toEqual([
      "DELETE api-keys 404",
      "GET api-keys 404",
      "GET api-keys 422",
      "GET merchant 404",
      "GET merchant 422",
      "POST api-keys 422",
    ]);
  });

  it("is what the validator checks against", async () => {
    const validator = await contractValidator();
    const sent = { method: "POST", path: "/api-keys" };
    const { admin } = await openSandbox();
    const { data } = (await admin.create("a")).body;
    const { status: _status, ...withoutStatus } = data;

    expect(complaints(validator, sent, 200, { data })).toEqual([]);
    expect(complaints(validator, sent, 200, { data: withoutStatus })).not.toEqual([]);
    expect(complaints(validator, sent, 200, { data: { ...data, id: "key_1" } })).not.toEqual([]);
    expect(complaints(validator, sent, 401, { message: "no" })).not.toEqual([]);
    expect(complaints(validator, sent, 418, { error: true, message: "no" })).toEqual([
      "createKey has no status 418",
    ]);
  });

  it("is served without authentication, as YAML and as JSON, unchanged from the file", async () => {
    const { sandbox } = await openSandbox();
    const file = readFileSync(contractFile, "utf8");

    const yaml = await fetch(`${sandbox.url}/openapi.yaml`);
    const json = await fetch(`${sandbox.url}/openapi.json`);

    expect(yaml.headers.get("content-type")).toBe("application/yaml");
    expect(await yaml.text()).toBe(file);
    expect(await json.json()).toEqual(parse(file));
  });

  it("formats every error alike, whatever was wrong with the request", async () => {
    const { admin, sandbox } = await openSandbox();
    const authorization = `Basic ${admin.key}`;
    const post = (contentType: string, body: string) =>
      fetch(`${sandbox.url}/api-keys`, {
        method: "POST",
        headers: { authorization, "content-type": contentType },
        body,
      });

    const failures = await Promise.all([
      post("application/json", "{"),
      post("application/json", ""),
      post("text/csv", "name,type"),
      post("application/json", JSON.stringify({ name: "n".repeat(2 ** 21), type: "public" })),
      admin.fetch("GET", "/api-keys/%zz"),
      admin.fetch("GET", "/api-keys/%ff"),
      admin.fetch("GET", "/no-such-call"),
      admin.fetch("PATCH", "/api-keys"),
      admin.fetch("GET", "/api-keys/"),
      fetch(`${sandbox.url}/merchant`),
    ]);

    expect(failures.map((response) => response.status)).toEqual([
      400, 422, 400, 400, 400, 400, 400, 400, 400, 401,
    ]);
    const bodies = await Promise.all(failures.map((response) => response.json()));
    const unsupported = "Unsupported API call. Please check the path and method";
    expect(bodies[1]).toEqual({
      success: false,
      message: "Failed to validate",
      errors: [{ field: "", message: "must be object" }],
    });
    for (const body of bodies.toSpliced(1, 1)) {
      expect(body).toEqual({ error: true, message: expect.stringMatching(/./) });
    }
    expect(bodies.slice(6, 9)).toEqual(Array(3).fill({ error: true, message: unsupported }));
  });

  it("says which fields of a new key are wrong", async () => {
    const { admin } = await openSandbox();

    expect((await admin.send("POST", "/api-keys", { name: "" })).body).toEqual({
      success: false,
      message: "Failed to validate",
      errors: expect.arrayContaining([
        { field: "type", message: "is required" },
        { field: "name", message: "must NOT have fewer than 1 characters" },
      ]),
    });
  });

  it.each([
    ["an address beyond all bounds", `GET /api/api-keys/${"x".repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`],
    ["what is no HTTP", "please list my keys\r\n\r\n"],
  ])("formats the error for %s", async (_what, request) => {
    const { sandbox } = await openSandbox();
    const socket = connect(Number(new URL(sandbox.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });

    socket.write(request);
    await once(socket, "close");

    const [head = "", body = ""] = answer.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(body)).toEqual({ error: true, message: expect.stringMatching(/./) });
    expect((await fetch(`${sandbox.url}/openapi.yaml`)).status).toBe(200);
  });
});
