import fc from "fast-check";
import { type Contract, DASHBOARD, DEFAULT_CONTRACT, FIELDS } from "../../provider/payengine/contract";
import { parseContract } from "../../provider/payengine/written-contract";

function problemsWith(input: unknown): string[] {
  const parsed = parseContract(input);
  return "problems" in parsed ? parsed.problems.map(({ property, reason }) => `${property} ${reason}`) : [];
}

function contractOf(input: unknown): Contract {
  const parsed = parseContract(input);
  if ("problems" in parsed) throw new Error(problemsWith(input).join("; "));
  return parsed.contract;
}

test("the default contract follows PayEngine's published conventions", () => {
  expect(DEFAULT_CONTRACT).toEqual({
    kind: "calls",
    calls: {
      create: { method: "POST", path: "/api-keys" },
      list: { method: "GET", path: "/api-keys" },
      get: { method: "GET", path: "/api-keys/{id}" },
      revoke: { method: "DELETE", path: "/api-keys/{id}" },
      works: { method: "GET", path: "/merchant" },
    },
    authorization: "Basic {key}",
    fields: {},
    types: { public: "public", private: "private" },
    revokedStatuses: ["revoked"],
  });
});

test.each([{}, "{}", " {} ", { get: undefined }, { fields: {}, types: {} }])(
  "contract %j keeps every default",
  (input) => {
    expect(contractOf(input)).toEqual(DEFAULT_CONTRACT);
  },
);

test.each(["dashboard", '"dashboard"'])(
  "contract %s is for an account whose keys can only be created in the dashboard",
  (input) => {
    expect(contractOf(input)).toBe(DASHBOARD);
    expect(DASHBOARD).toEqual({
      ...DEFAULT_CONTRACT,
      kind: "dashboard",
      calls: { works: { method: "GET", path: "/merchant" } },
    });
  },
);

const everything = {
  create: "PUT /v2/keys",
  list: "GET /v2/keys",
  get: "GET /v2/keys/{id}",
  reveal: "POST /v2/keys/{id}:reveal",
  revoke: "PATCH /v2/keys/{id}",
  works: "GET /me",
  authorization: "Key {key}",
  fields: { id: "uuid", value: "secret.value", redacted: "hint", createdAt: "made-at" },
  types: { public: "publishable", private: "secret" },
  revokedStatuses: ["revoked", "deleted"],
};

test.each([
  ["an object", everything],
  ["its JSON text", JSON.stringify(everything)],
])("contract %s sets every part", (_, input) => {
  expect(contractOf(input)).toEqual({
    kind: "calls",
    calls: {
      create: { method: "PUT", path: "/v2/keys" },
      list: { method: "GET", path: "/v2/keys" },
      get: { method: "GET", path: "/v2/keys/{id}" },
      reveal: { method: "POST", path: "/v2/keys/{id}:reveal" },
      revoke: { method: "PATCH", path: "/v2/keys/{id}" },
      works: { method: "GET", path: "/me" },
    },
    authorization: "Key {key}",
    fields: everything.fields,
    types: everything.types,
    revokedStatuses: ["revoked", "deleted"],
  });
});

const { calls } = DEFAULT_CONTRACT;

test.each<[object, Partial<Contract>]>([
  [{ get: "none" }, { calls: { ...calls, get: undefined } }],
  [{ reveal: "none" }, {}],
  [
    { reveal: "GET /api-keys/{id}/value" },
    { calls: { ...calls, reveal: { method: "GET", path: "/api-keys/{id}/value" } } },
  ],
  [{ types: { private: "server" } }, { types: { public: "public", private: "server" } }],
  [{ types: { public: 1, private: 2 } }, { types: { public: "1", private: "2" } }],
  [{ fields: { id: 7, status: true } }, { fields: { id: "7", status: "true" } }],
  [{ fields: { id: "key", value: "id" } }, { fields: { id: "key", value: "id" } }],
  [{ revokedStatuses: "off" }, { revokedStatuses: ["off"] }],
  [{ revokedStatuses: "off,gone" }, { revokedStatuses: ["off,gone"] }],
  [{ revokedStatuses: false }, { revokedStatuses: ["false"] }],
  [{ revokedStatuses: [0, false, "off"] }, { revokedStatuses: ["0", "false", "off"] }],
])("contract %j changes only the parts it names", (input, change) => {
  expect(contractOf(input)).toEqual({ ...DEFAULT_CONTRACT, ...change });
  expect(contractOf(JSON.stringify(input))).toEqual({ ...DEFAULT_CONTRACT, ...change });
});

const object = 'write "dashboard" or an object such as { create: "POST /api-keys" }';
const neither = `contract is neither "dashboard" nor JSON of an object; ${object}`;

test.each([
  [undefined, `contract is missing; ${object}`],
  [null, `contract is null; ${object}`],
  [5, `contract is a number; ${object}`],
  ["5", `contract is a number; ${object}`],
  [true, `contract is a boolean; ${object}`],
  [[], `contract is an array; ${object}`],
  ["[]", `contract is an array; ${object}`],
  ["", `contract is empty; ${object}`],
  [" ", `contract is empty; ${object}`],
  ["{create:", neither],
  ["Dashboard", neither],
  ['"calls"', neither],
])("contract %j is refused", (input, problem) => {
  expect(problemsWith(input)).toEqual([problem]);
});

const takes =
  "it takes create, list, get, reveal, revoke, works, authorization, fields, types and revokedStatuses";
const fields = "it takes id, name, type, value, redacted, status, createdAt and lastUsedAt";

test.each([
  [{ calls: {} }, [`contract has an unknown key; ${takes}`]],
  [{ a: 1, b: 2 }, [`contract has an unknown key; ${takes}`]],
  [{ revoked_statuses: [] }, [`contract has an unknown key (did you mean revokedStatuses?); ${takes}`]],
  [{ lsit: "" }, [`contract has an unknown key (did you mean list?); ${takes}`]],
  [JSON.parse('{"__proto__": {}}'), [`contract has an unknown key; ${takes}`]],
  [
    { fields: { created_at: "at" } },
    [`contract.fields has an unknown key (did you mean createdAt?); ${fields}`],
  ],
  [{ fields: { key: "value" } }, [`contract.fields has an unknown key; ${fields}`]],
  [{ types: { secret: "x" } }, ["contract.types has an unknown key; it takes public and private"]],
])("a contract with an invalid part is refused: %j", (input, problems) => {
  expect(problemsWith(input)).toEqual(problems);
});

test("the contract reports every failure at once", () => {
  const input = {
    create: "none",
    list: "PUT /../{id}?",
    reveal: "GET /api-keys/{id}",
    authorization: "",
    fields: { id: "key", status: " ", x: "" },
    types: { public: "private", x: "" },
    revokedStatuses: [],
    x: "",
  };
  expect(problemsWith(input).map((problem) => problem.split(" ")[0])).toEqual([
    "contract.create",
    ...Array(4).fill("contract.list"),
    "contract.authorization",
    "contract.fields.status",
    "contract.fields",
    "contract.types",
    "contract.revokedStatuses",
    "contract",
    "contract.reveal",
    "contract.fields.id",
    "contract.types",
  ]);
});

const secret = "0123456789ab".repeat(9);

/** From almost valid contracts to any value, with a secret in every position. */
function anyContract(): fc.Arbitrary<unknown> {
  const wrong = fc.oneof(
    fc.anything(),
    fc.constantFrom(secret, [secret], { [secret]: secret }, `a ${secret}`),
  );
  const mostly = (right: fc.Arbitrary<unknown>) => fc.oneof({ arbitrary: right, weight: 30 }, wrong);
  const method = fc.constantFrom("GET", "POST", "DELETE", secret);
  const path = fc.constantFrom("/a", "/b/{id}", "/c/{id}", "/{id}/{id}", "//d", `/e?${secret}`, `/${secret}`);
  const call = fc.oneof(
    fc.constantFrom(...Object.values(calls).map((spec) => `${spec?.method} ${spec?.path}`), "none"),
    fc.tuple(method, path).map((parts) => parts.join(" ")),
  );
  const word = fc.constantFrom("a", "b", "key", "id", 5, secret.slice(0, 64));
  const words = (keys: readonly string[]) =>
    fc.dictionary(fc.constantFrom(...keys), mostly(word), { maxKeys: 2 });
  const names = ["create", "list", "get", "reveal", "revoke", "works"];
  const header = fc.constantFrom("Basic {key}", "{key}", `${secret} {key}`, "{key}{key}", `{key}\n${secret}`);
  const parts = {
    authorization: mostly(header),
    fields: mostly(words(FIELDS)),
    types: mostly(words(["public", "private"])),
    revokedStatuses: mostly(fc.array(word, { minLength: 1 })),
  };
  const written = fc.dictionary(fc.constantFrom(...names), mostly(call), { maxKeys: 2 });
  const whole = fc
    .tuple(written, fc.record(parts, { requiredKeys: [] }))
    .map(([lines, others]) => ({ ...lines, ...others }));
  return mostly(
    fc.oneof(
      whole,
      whole.map((contract) => JSON.stringify(contract) ?? ""),
      fc.json(),
    ),
  );
}

test("any contract is either accepted by the rules or refused without showing a value", () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(anyContract(), (input) => {
      const parsed = parseContract(input);
      if ("problems" in parsed) {
        seen.refused++;
        expect(parsed.problems).not.toEqual([]);
        expect(JSON.stringify(parsed.problems)).not.toContain(secret.slice(0, 12));
        return;
      }
      seen.accepted++;
      expectRules(parsed.contract);
    }),
    { numRuns: 2_000 },
  );
  expect(seen.accepted).toBeGreaterThan(50);
  expect(seen.refused).toBeGreaterThan(50);
});

function expectRules({ kind, calls, authorization, fields, types, revokedStatuses }: Contract): void {
  for (const [name, spec] of Object.entries(calls)) {
    if (!spec) continue;
    expect(spec.path).toMatch(/^\/(?!\/)[^?#%\\\s]*$/);
    expect(spec.path.split("{id}")).toHaveLength(["get", "reveal", "revoke"].includes(name) ? 2 : 1);
  }
  const lines = Object.values(calls).flatMap((spec) => (spec ? [`${spec.method} ${spec.path}`] : []));
  expect(new Set(lines).size).toBe(lines.length);
  if (kind === "calls") expect(calls).toMatchObject({ create: {}, list: {}, revoke: {} });
  expect(calls.works.method).toBe("GET");
  expect(authorization.split("{key}")).toHaveLength(2);
  const names = Object.values(fields).filter((name) => name !== undefined);
  expect(new Set(names).size).toBe(names.length);
  expect(types.public).not.toBe(types.private);
  expect(revokedStatuses).not.toEqual([]);
}
