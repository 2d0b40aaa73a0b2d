import type { FaultInput } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import type { ApiKeyInputs } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { abridged } from "../abridged";
import { completed, messageThrownBy, newInputs, SandboxHarness, unfinished } from "../sandbox-harness";

let harness: SandboxHarness;
let inputs: ApiKeyInputs;
const name = newInputs().uniqueName;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  inputs = harness.inputs({ uniqueName: name });
});
afterEach(() => harness.close());

const posts = async () => (await harness.calls()).filter((call) => call === "POST /api/api-keys").length;
const NO_VALUE =
  "The response did not include the key's value; if another request of your account shows it, set " +
  "payengine:contract.reveal to that request (`pulumi-payengine doctor`)";

describe("a response to POST in an unpublished format", () => {
  test.each(
    [400, 403, 404, 422].flatMap((status) =>
      (["html", "empty", "json"] as const).map((body) => ({ status, body })),
    ),
  )("proves nothing: create finds and revokes the key and creates another (%j)", async (answer) => {
    await harness.control.addFault({ operation: "createKey", kind: "statusAfterCommit", ...answer });
    const state = completed(await create(harness.context(), inputs));
    expect(state.name).toBe(`${name}-r2`);
    expect(state).not.toHaveProperty("pendingAction");
    expect(await posts()).toBe(2);
    await harness.expectOnlyKeysOf(state);
  });

  test("marks the key for reconciliation if no key with that name is found", async () => {
    const firewall = { kind: "statusBeforeCommit", status: 403, body: "html" } as const;
    await harness.control.addFault({ operation: "createKey", ...firewall });
    const state = completed(await create(harness.context(), inputs));
    expect(state).toMatchObject({ name: `${name}-r2`, pendingAction: "reconcile", unresolvedNames: [name] });
    await harness.expectOnlyKeysOf(state);
  });

  test("ends after three attempts with an error that names a proxy or firewall", async () => {
    const firewall = { kind: "statusAfterCommit", status: 403, body: "html" } as const;
    await harness.control.addFault({ operation: "createKey", ...firewall, times: "always" });
    expect(await messageThrownBy(() => create(harness.context(), inputs))).toEqual(
      abridged(
        `Could not create the key "${name}": PayEngine returned 403 for POST`,
        "so a proxy or firewall may have sent it",
        "No key was left behind.",
      ),
    );
    expect(await posts()).toBe(3);
    await harness.expectOnlyKeysOf();
  });
});

test.each([200, 201, 202])(
  "a %i that reports a failure is not a success, in either format",
  async (status) => {
    for (const body of ["contract", "success"] as const)
      await harness.control.addFault({ operation: "createKey", kind: "statusAfterCommit", status, body });
    const state = completed(await create(harness.context(), inputs));
    expect(state.name).toBe(`${name}-r3`);
    expect(state).not.toHaveProperty("pendingAction");
    await harness.expectOnlyKeysOf(state);
  },
);

describe.each(["stars", "dots", "redacted", "short"] as const)("a masked value (%s)", (form) => {
  const masked = { operation: "createKey", kind: "maskedValue", form } as const;

  test.each([undefined, false, { timeout: "5s" }])(
    "does not count as a value with verify: %j",
    async (verify) => {
      await harness.control.addFault(masked);
      const state = completed(await create(harness.context(), { ...inputs, verify }));
      expect(state.name).toBe(`${name}-r2`);
      expect(state.token).toHaveLength(108);
      await harness.expectOnlyKeysOf(state);
    },
  );

  test("does not count as a value if PayEngine shows no redacted value", async () => {
    await harness.control.setDialect({ shows: { redacted: false } });
    await harness.control.addFault({ ...masked, times: "always" });
    expect(await messageThrownBy(() => create(harness.context(), { ...inputs, verify: false }))).toBe(
      `Could not create the key "${name}": ${NO_VALUE}. No key was left behind.`,
    );
    await harness.expectOnlyKeysOf();
  });

  test("does not count as a public key's value", async () => {
    await harness.control.addFault(masked);
    const state = completed(await create(harness.context(), { ...inputs, type: "public" }));
    expect(state.name).toBe(`${name}-r2`);
    await harness.expectOnlyKeysOf(state);
  });
});

describe("a response to POST without an id", () => {
  const idMissing = { operation: "createKey", kind: "idMissing" } as const;

  test("keeps its value, and create finds the id in the list by the exact name", async () => {
    await harness.context().client.createKey({ name: `${name}-other`, type: "private" });
    const [other] = await harness.liveKeys();
    await harness.control.addFault(idMissing);
    const state = completed(await create(harness.context(), inputs));
    expect(state).toMatchObject({ name, keyId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(state).not.toHaveProperty("pendingAction");
    await harness.control.revokeKey(other?.id ?? "");
    await harness.expectOnlyKeysOf(state);
  });

  test("loses its key while the list does not show it, and create makes another", async () => {
    await harness.control.setLag({ listMs: 600_000 });
    await harness.control.addFault(idMissing);
    const state = completed(await create(harness.context(), inputs));
    expect(state).toMatchObject({ name: `${name}-r2`, pendingAction: "reconcile", unresolvedNames: [name] });
    await harness.control.setLag({});
    await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, inputs)));
  });

  test("or value leaves a key that create finds by name and revokes before it creates another", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "unreadable" });
    const state = completed(await create(harness.context(), inputs));
    expect(state.name).toBe(`${name}-r2`);
    expect(state).not.toHaveProperty("pendingAction");
    await harness.expectOnlyKeysOf(state);
  });
});

test("create ends after three attempts without an active key if no response includes a value", async () => {
  await harness.control.setDialect({ reveal: "byCall" });
  expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(
    `Could not create the key "${name}": ${NO_VALUE}. No key was left behind.`,
  );
  expect(await posts()).toBe(3);
  await harness.expectOnlyKeysOf();
});

describe("create reads the list of keys first", () => {
  const DOCTOR =
    "; run `pulumi-payengine doctor`, which only reads and prints the payengine:contract that fits this account";
  const unreadable: Record<string, [FaultInput, ...string[]]> = {
    "a web page": [{ operation: "listKeys", kind: "html200" }, "is not JSON", DOCTOR],
    "an object that is no list": [
      { operation: "listKeys", kind: "unreadable" },
      "(it is not a list)",
      DOCTOR,
    ],
    "an empty answer": [
      { operation: "listKeys", kind: "statusBeforeCommit", status: 200, body: "empty" },
      "(it is not a list)",
      DOCTOR,
    ],
    "entries without ids": [{ operation: "listKeys", kind: "idMissing" }, "(entry 1 has no id)", DOCTOR],
    "a part of it": [{ operation: "listKeys", kind: "partial206" }, "PayEngine's response was cut off"],
    "a success that says it is a failure": [
      { operation: "listKeys", kind: "statusBeforeCommit", status: 200, message: "E101: Endpoint disabled" },
      "PayEngine returned 200 for GET",
      "E101: Endpoint disabled",
    ],
  };

  test.each(Object.entries(unreadable))(
    "and posts nothing when it gets %s",
    async (_what, [fault, ...reason]) => {
      await harness.control.addFault({ ...fault, times: "always" });
      expect(await messageThrownBy(() => create(harness.context(), inputs))).toEqual(
        abridged(`Could not create the key "${name}": `, ...reason, ". No key was left behind."),
      );
      expect(await posts()).toBe(0);
    },
  );

  test("and posts nothing when names are in another field", async () => {
    await harness.control.setDialect({ fields: { name: "label" } });
    expect(await messageThrownBy(() => create(harness.context(), inputs))).toEqual(
      abridged(
        `Could not create the key "${name}": The list of keys does not match the contract`,
        "(no entry has a name)",
        `payengine:contract.fields.name${DOCTOR}. No key was left behind.`,
      ),
    );
    expect(await posts()).toBe(0);
  });

  test("once per process", async () => {
    const context = harness.context();
    completed(await create(context, inputs));
    completed(await create(context, harness.inputs()));
    expect((await harness.calls()).filter((call) => call === "GET /api/api-keys")).toHaveLength(1);
  });
});

describe("after an empty first list,", () => {
  const emptyAtFirst = () => ({ ...harness.context(), readableList: async () => 0 });

  test("create keeps the key once the list shows it", async () => {
    await harness.expectOnlyKeysOf(completed(await create(emptyAtFirst(), inputs)));
    expect((await harness.calls()).filter((call) => call === "GET /api/api-keys")).toHaveLength(1);
  });

  test("create keeps the key if the second list fails for another reason", async () => {
    const fails = { operation: "listKeys", kind: "statusBeforeCommit", status: 503 } as const;
    await harness.control.addFault(fails);
    await harness.expectOnlyKeysOf(completed(await create(emptyAtFirst(), inputs)));
  });

  test("create revokes the key by its id if its entry cannot be read", async () => {
    await harness.control.addFault({ operation: "listKeys", kind: "idMissing" });
    expect(await messageThrownBy(() => create(emptyAtFirst(), inputs))).toContain(
      "(entry 1 has no id). No key was left behind.",
    );
    expect(await posts()).toBe(1);
    await harness.expectOnlyKeysOf();
  });

  test("create revokes the key and keeps its name in state if the list can never be read", async () => {
    await harness.control.addFault({ operation: "listKeys", kind: "html200", times: "always" });
    const { state } = unfinished(await create(emptyAtFirst(), inputs));
    expect(await harness.liveKeys()).toEqual([]);
    expect(state).toMatchObject({ pendingAction: "create", unresolvedNames: [name] });
    await harness.control.clearFaults();
    await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, inputs)));
  });
});

describe.each([102, 103] as const)("an informational %i", (status) => {
  test.each(["createKey", "any"] as const)("before the response (%s) is ignored", async (operation) => {
    await harness.control.addFault({ operation, kind: "informational", status, times: "always" });
    const state = completed(await create(harness.context(), inputs));
    expect(state).toMatchObject({ name, ...inputs });
    expect(await posts()).toBe(1);
    await harness.expectOnlyKeysOf(state);
  });
});

test("a partial response (206) leaves one active key, and create posts again only under another name", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "partial206", times: 2 });
  const state = completed(await create(harness.context({ maxRetries: 3 }), inputs));
  expect(state.name).toBe(`${name}-r3`);
  expect(state).not.toHaveProperty("pendingAction");
  expect(await posts()).toBe(3);
  await harness.expectOnlyKeysOf(state);
});
