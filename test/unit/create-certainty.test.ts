import type { FaultInput } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import type { ApiKeyInputs } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
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
  "The response did not include the key's value; where another call of your account shows it, set " +
  "payengine:contract.reveal to that call (`pulumi-payengine doctor`)";

describe("an answer to POST that is no published form of failure", () => {
  test.each(
    [400, 403, 404, 422].flatMap((status) =>
      (["html", "empty", "json"] as const).map((body) => ({ status, body })),
    ),
  )("is no certainty: its key is found and revoked, and another made (%j)", async (answer) => {
    await harness.control.addFault({ operation: "createKey", kind: "statusAfterCommit", ...answer });
    const state = completed(await create(harness.context(), inputs));
    expect(state.name).toBe(`${name}-r2`);
    expect(state).not.toHaveProperty("pendingAction");
    expect(await posts()).toBe(2);
    await harness.expectOnlyKeysOf(state);
  });

  test("is waited for where no key of its name is found", async () => {
    const firewall = { kind: "statusBeforeCommit", status: 403, body: "html" } as const;
    await harness.control.addFault({ operation: "createKey", ...firewall });
    const state = completed(await create(harness.context(), inputs));
    expect(state).toMatchObject({ name: `${name}-r2`, pendingAction: "reconcile", unresolvedNames: [name] });
    await harness.expectOnlyKeysOf(state);
  });

  test("names what may have answered after three attempts", async () => {
    const firewall = { kind: "statusAfterCommit", status: 403, body: "html" } as const;
    await harness.control.addFault({ operation: "createKey", ...firewall, times: "always" });
    expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(
      `Could not create the key "${name}": PayEngine answered 403 to POST ${harness.url}/api-keys, in no form that PayEngine ` +
        "publishes, so something in front of it may have answered: check payengine:apiUrl, proxies and firewalls. No key " +
        "was left behind.",
    );
    expect(await posts()).toBe(3);
    await harness.expectOnlyKeysOf();
  });
});

test.each([200, 201, 202])("a %i that says it is a failure is no success, in either form", async (status) => {
  for (const body of ["contract", "success"] as const)
    await harness.control.addFault({ operation: "createKey", kind: "statusAfterCommit", status, body });
  const state = completed(await create(harness.context(), inputs));
  expect(state.name).toBe(`${name}-r3`);
  expect(state).not.toHaveProperty("pendingAction");
  await harness.expectOnlyKeysOf(state);
});

describe.each(["stars", "dots", "redacted", "short"] as const)("a masked value (%s)", (form) => {
  const masked = { operation: "createKey", kind: "maskedValue", form } as const;

  test.each([undefined, false, { timeout: "5s" }])("is no value with verify: %j", async (verify) => {
    await harness.control.addFault(masked);
    const state = completed(await create(harness.context(), { ...inputs, verify }));
    expect(state.name).toBe(`${name}-r2`);
    expect(state.token).toHaveLength(108);
    await harness.expectOnlyKeysOf(state);
  });

  test("is no value where nothing else shows a part of it", async () => {
    await harness.control.setDialect({ shows: { redacted: false } });
    await harness.control.addFault({ ...masked, times: "always" });
    expect(await messageThrownBy(() => create(harness.context(), { ...inputs, verify: false }))).toBe(
      `Could not create the key "${name}": ${NO_VALUE}. No key was left behind.`,
    );
    await harness.expectOnlyKeysOf();
  });

  test("is no public key's value either", async () => {
    await harness.control.addFault(masked);
    const state = completed(await create(harness.context(), { ...inputs, type: "public" }));
    expect(state.name).toBe(`${name}-r2`);
    await harness.expectOnlyKeysOf(state);
  });
});

describe("an answer to POST without an id", () => {
  const idMissing = { operation: "createKey", kind: "idMissing" } as const;

  test("keeps its value, and the id is found in the list by the exact name", async () => {
    await harness.context().client.createKey({ name: `${name}-other`, type: "private" });
    const [other] = await harness.liveKeys();
    await harness.control.addFault(idMissing);
    const state = completed(await create(harness.context(), inputs));
    expect(state).toMatchObject({ name, keyId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(state).not.toHaveProperty("pendingAction");
    await harness.control.revokeKey(other?.id ?? "");
    await harness.expectOnlyKeysOf(state);
  });

  test("is lost while the list does not show the key, and another is made", async () => {
    await harness.control.setLag({ listMs: 600_000 });
    await harness.control.addFault(idMissing);
    const state = completed(await create(harness.context(), inputs));
    expect(state).toMatchObject({ name: `${name}-r2`, pendingAction: "reconcile", unresolvedNames: [name] });
    await harness.control.setLag({});
    await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, inputs)));
  });

  test("and without a value is found by its name and revoked, and another is made", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "unreadable" });
    const state = completed(await create(harness.context(), inputs));
    expect(state.name).toBe(`${name}-r2`);
    expect(state).not.toHaveProperty("pendingAction");
    await harness.expectOnlyKeysOf(state);
  });
});

test("a value that no answer shows makes three attempts and leaves nothing", async () => {
  await harness.control.setDialect({ reveal: "byCall" });
  expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(
    `Could not create the key "${name}": ${NO_VALUE}. No key was left behind.`,
  );
  expect(await posts()).toBe(3);
  await harness.expectOnlyKeysOf();
});

describe("before the list of keys can be read, nothing is posted", () => {
  const contractForm = "is not in the form of the contract";
  const DOCTOR =
    "; run `pulumi-payengine doctor`, which only reads and prints the payengine:contract that fits this account";
  const unreadable: Record<string, [FaultInput, () => string]> = {
    "a web page": [
      { operation: "listKeys", kind: "html200" },
      () =>
        `The answer to GET ${harness.url}/api-keys is not JSON; check that payengine:apiUrl is the address of ` +
        `PayEngine's API${DOCTOR}`,
    ],
    "an object that is no list": [
      { operation: "listKeys", kind: "unreadable" },
      () => `The answer to GET ${harness.url}/api-keys ${contractForm} (it is no list)${DOCTOR}`,
    ],
    "an empty answer": [
      { operation: "listKeys", kind: "statusBeforeCommit", status: 200, body: "empty" },
      () => `The answer to GET ${harness.url}/api-keys ${contractForm} (it is no list)${DOCTOR}`,
    ],
    "entries without ids": [
      { operation: "listKeys", kind: "idMissing" },
      () => `The answer to GET ${harness.url}/api-keys ${contractForm} (entry 1 has no id)${DOCTOR}`,
    ],
    "a part of it": [
      { operation: "listKeys", kind: "partial206" },
      () => `PayEngine's answer was cut off; try again (GET ${harness.url}/api-keys, CUT_ANSWER)`,
    ],
    "a success that says it is a failure": [
      { operation: "listKeys", kind: "statusBeforeCommit", status: 200, message: "E101: Endpoint disabled" },
      () => `PayEngine answered 200 to GET ${harness.url}/api-keys: E101: Endpoint disabled`,
    ],
  };

  test.each(Object.entries(unreadable))("%s", async (_what, [fault, reason]) => {
    await harness.control.addFault({ ...fault, times: "always" });
    expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(
      `Could not create the key "${name}": ${reason()}. No key was left behind.`,
    );
    expect(await posts()).toBe(0);
  });

  test("entries whose names stand in another field", async () => {
    await harness.control.setDialect({ fields: { name: "label" } });
    expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(
      `Could not create the key "${name}": The list of keys ${contractForm} (no entry has a name); where names stand in ` +
        `another field, set it by payengine:contract.fields.name${DOCTOR}. No key was left behind.`,
    );
    expect(await posts()).toBe(0);
  });

  test("and it is read once a process", async () => {
    const context = harness.context();
    completed(await create(context, inputs));
    completed(await create(context, harness.inputs()));
    expect((await harness.calls()).filter((call) => call === "GET /api/api-keys")).toHaveLength(1);
  });
});

describe("where the first list was empty, which shows nothing of its entries,", () => {
  const emptyAtFirst = () => ({ ...harness.context(), readableList: async () => 0 });

  test("the key is kept once the list shows it", async () => {
    await harness.expectOnlyKeysOf(completed(await create(emptyAtFirst(), inputs)));
    expect((await harness.calls()).filter((call) => call === "GET /api/api-keys")).toHaveLength(1);
  });

  test("the key is revoked by its id where its entry cannot be read", async () => {
    await harness.control.addFault({ operation: "listKeys", kind: "idMissing" });
    expect(await messageThrownBy(() => create(emptyAtFirst(), inputs))).toBe(
      `Could not create the key "${name}": The answer to GET ${harness.url}/api-keys is not in the form of the contract (entry ` +
        "1 has no id). No key was left behind.",
    );
    expect(await posts()).toBe(1);
    await harness.expectOnlyKeysOf();
  });

  test("the key is revoked, and its name remembered, where the list can never be read", async () => {
    await harness.control.addFault({ operation: "listKeys", kind: "html200", times: "always" });
    const { state } = unfinished(await create(emptyAtFirst(), inputs));
    expect(await harness.liveKeys()).toEqual([]);
    expect(state).toMatchObject({ pendingAction: "create", unresolvedNames: [name] });
    await harness.control.clearFaults();
    await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, inputs)));
  });
});

describe.each([102, 103] as const)("an informational %i", (status) => {
  test.each(["createKey", "any"] as const)("before the answer (%s) is nothing", async (operation) => {
    await harness.control.addFault({ operation, kind: "informational", status, times: "always" });
    const state = completed(await create(harness.context(), inputs));
    expect(state).toMatchObject({ name, ...inputs });
    expect(await posts()).toBe(1);
    await harness.expectOnlyKeysOf(state);
  });
});

test("a part of an answer, 206, leaves one live key, and PayEngine is asked again under another name only", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "partial206", times: 2 });
  const state = completed(await create(harness.context({ maxRetries: 3 }), inputs));
  expect(state.name).toBe(`${name}-r3`);
  expect(state).not.toHaveProperty("pendingAction");
  expect(await posts()).toBe(3);
  await harness.expectOnlyKeysOf(state);
});
