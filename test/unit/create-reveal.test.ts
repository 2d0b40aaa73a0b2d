import type { FaultInput } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import type { ApiKeyInputs } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { parseContract } from "../../provider/payengine/written-contract";
import { abridged } from "../abridged";
import { completed, messageThrownBy, newInputs, SandboxHarness, unfinished } from "../sandbox-harness";

const parsed = parseContract({ reveal: "POST /api-keys/{id}/reveal" });
const contract = "contract" in parsed ? parsed.contract : DEFAULT_CONTRACT;

let harness: SandboxHarness;
let inputs: ApiKeyInputs;
const name = newInputs().uniqueName;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  await harness.control.setDialect({ reveal: "byCall" });
  inputs = harness.inputs({ uniqueName: name });
});
afterEach(() => harness.close());

const context = (more = {}) => harness.context({ contract, ...more });
const reveals = async () => (await harness.calls()).filter((call) => call.endsWith("/reveal"));
const onReveal = { operation: "revealKey" } as const;
/** Created keys, newest first. */
const made = async () => (await harness.control.keys()).filter((key) => !key.credential);

test("create requests a private value once if a second request shows it", async () => {
  const state = completed(await create(context(), inputs));
  expect(state).toMatchObject({ ...inputs, name });
  expect(await harness.calls()).toEqual([
    "GET /api/merchant",
    "GET /api/api-keys",
    "POST /api/api-keys",
    `POST /api/api-keys/${state.keyId}/reveal`,
    "GET /api/merchant",
  ]);
  await harness.expectOnlyKeysOf(state);
});

test("create does not request a value that the first response includes", async () => {
  const state = completed(await create(context(), { ...inputs, type: "public" }));
  await harness.control.setDialect({ reveal: "atCreate" });
  const other = completed(await create(context(), harness.inputs()));
  expect(await reveals()).toEqual([]);
  await harness.expectOnlyKeysOf(state, other);
});

test("a rotation reveals the new key like the first one", async () => {
  const rotation = (leak: number) => ({ triggers: { leak }, overlap: "7d" });
  const state = completed(await create(context(), { ...inputs, rotation: rotation(0) }));
  const next = completed(await update(context(), state, { ...inputs, rotation: rotation(1) }));
  expect(await reveals()).toHaveLength(2);
  await harness.expectOnlyKeysOf(next);
  await revokeAll(context(), next);
  await harness.expectOnlyKeysOf();
});

const lost: Record<string, FaultInput> = {
  "a closed connection": { ...onReveal, kind: "dropAfterCommit" },
  "a closed connection before anything happened": { ...onReveal, kind: "dropBeforeCommit" },
  "half an answer": { ...onReveal, kind: "truncatedBody" },
  "a part of an answer": { ...onReveal, kind: "partial206" },
  "500 after the value was shown": { ...onReveal, kind: "statusAfterCommit", status: 500 },
  "a firewall's page": { ...onReveal, kind: "statusAfterCommit", status: 403, body: "html" },
  "a web page": { ...onReveal, kind: "html200" },
  "an answer without the value": { ...onReveal, kind: "valueMissing" },
  "a masked value": { ...onReveal, kind: "maskedValue", form: "dots" },
  "JSON of something else": { ...onReveal, kind: "unreadable" },
};

test.each(Object.entries(lost))(
  "create makes another key if the response to reveal is lost (%s)",
  async (_how, fault) => {
    await harness.control.addFault(fault);
    const state = completed(await create(context({ maxRetries: 3 }), inputs));
    expect(state.name).toBe(`${name}-r2`);
    expect(state).not.toHaveProperty("pendingAction");
    const [second, first] = await made();
    expect([second, first]).toMatchObject([
      { name: `${name}-r2`, status: "active" },
      { name, status: "revoked" },
    ]);
    // The value may have been shown already, so it is not requested twice.
    expect(await reveals()).toEqual([first, second].map((key) => `POST /api/api-keys/${key?.id}/reveal`));
    await harness.expectOnlyKeysOf(state);
  },
);

test("create ends after three revoked keys if every response to reveal is lost", async () => {
  await harness.control.addFault({ ...onReveal, kind: "dropAfterCommit", times: "always" });
  const message = await messageThrownBy(() => create(context(), inputs));
  const [third] = await made();
  expect(message).toEqual(
    abridged(
      `Could not create the key "${name}": The key was created, but its value was not revealed: The connection to PayEngine was lost`,
      `/api-keys/${third?.id}/reveal, UND_ERR_SOCKET). No key was left behind.`,
    ),
  );
  expect(await made()).toHaveLength(3);
  await harness.expectOnlyKeysOf();
});

test("the error names the value that is missing from the response to reveal", async () => {
  await harness.control.addFault({ ...onReveal, kind: "valueMissing", times: "always" });
  expect(await messageThrownBy(() => create(context(), inputs))).toBe(
    `Could not create the key "${name}": The response to reveal did not include the key's value. No key was left behind.`,
  );
  await harness.expectOnlyKeysOf();
});

const refused: [string, number, string, string][] = [
  [
    "a key that has been revealed before",
    400,
    "E106: Key has been revealed before",
    ". The key's value was shown before, and PayEngine shows it once. ",
  ],
  ["a user who may not", 403, "E120: Insufficient permission for this route", "the Admin or Developer role"],
  ["an endpoint that is disabled", 404, "E101: Endpoint disabled", "check payengine:apiUrl"],
  ["an answer of the other form", 422, "Failed to validate", "."],
];

test.each(refused)("a reveal refused for %s is one error after one key, which is revoked", async (...it) => {
  const [, status, message, next] = it;
  await harness.control.addFault({
    ...onReveal,
    kind: "statusBeforeCommit",
    status,
    message,
    times: "always",
  });
  const error = await messageThrownBy(() => create(context(), inputs));
  const keys = await made();
  const what = `POST ${harness.url}/api-keys/${keys[0]?.id}/reveal`;
  expect(error).toEqual(
    abridged(
      "Could not create the key",
      `not revealed: PayEngine returned ${status} for ${what}: ${message}`,
      next,
      "No key was left behind.",
    ),
  );
  expect(keys).toMatchObject([{ name, status: "revoked" }]);
  await harness.expectOnlyKeysOf();
});

test("create stores the id of a key that can be neither revealed nor revoked", async () => {
  const E106 = { status: 400, message: "E106: Key has been revealed before" };
  await harness.control.addFault({ ...onReveal, kind: "statusBeforeCommit", ...E106 });
  await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
  const { state } = unfinished(await create(context(), inputs));
  expect(state).toMatchObject({ pendingAction: "create", orphanKeyIds: await harness.newestKey() });
  expect(state).not.toHaveProperty("token");
  await harness.expectOnlyKeysOf(completed(await update(context(), state, inputs)));
});

test("create retries a rate-limited reveal, which shows the value of the same key", async () => {
  await harness.control.addFault({ ...onReveal, kind: "rateLimit", retryAfter: 7 });
  const state = completed(await create(context({ maxRetries: 1 }), inputs));
  expect(state.name).toBe(name);
  expect(harness.waits).toEqual([7_000]);
  expect(await made()).toHaveLength(1);
  await harness.expectOnlyKeysOf(state);
});

test("a reveal by GET is not retried either", async () => {
  const got = parseContract({ reveal: "GET /api-keys/{id}/reveal" });
  const byGet = "contract" in got ? got.contract : DEFAULT_CONTRACT;
  expect(await messageThrownBy(() => create(context({ contract: byGet, maxRetries: 3 }), inputs))).toContain(
    "its value was not revealed: PayEngine returned 400 for GET",
  );
  expect(await reveals()).toHaveLength(1);
  await harness.expectOnlyKeysOf();
});
