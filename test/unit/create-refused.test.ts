import type { FaultInput } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import { NetworkError } from "../../provider/payengine/errors";
import type { ApiKeyInputs } from "../../provider/api-key/state";
import { completed, messageThrownBy, SandboxLab } from "../sandbox-lab";

let lab: SandboxLab;
beforeEach(async () => {
  lab = await SandboxLab.open();
  inputs = lab.inputs();
});
afterEach(() => lab.close());

let inputs: ApiKeyInputs;
const name = inputs.uniqueName;
const posts = async () => (await lab.calls()).filter((call) => call === "POST /api/api-keys").length;

const hints: Record<number, string> = {
  400: ".",
  401:
    ". The credential is unknown or revoked: set payengine:apiKey or PAYENGINE_API_KEY (for an explicit provider its apiKey, or the variable of its credentialEnv) to a private key that works; " +
    "destroy and refresh use the one that state recorded unless --run-program is given.",
  403: ". Managing keys needs a credential whose user has the Admin or Developer role.",
  404: ". This account or address may not offer it: check payengine:apiUrl.",
  405: ".",
  413: ".",
  415: ".",
  422: ".",
};

test.each(Object.entries(hints))(
  "a POST answered %s is a plain error after one request",
  async (status, hint) => {
    await lab.control.addFault({
      operation: "createKey",
      kind: "statusBeforeCommit",
      status: Number(status),
    });
    expect(await messageThrownBy(() => create(lab.context(), inputs))).toBe(
      `Could not create the key "${name}": PayEngine answered ${status} to POST ${lab.url}/api-keys: ` +
        `Status ${status}, as asked for by a fault${hint} No key was left behind.`,
    );
    expect(await posts()).toBe(1);
    await lab.expectOnlyKeysOf();
  },
);

test("an operation that has no time left before its request makes no key and is a plain error", async () => {
  const { api, ...rest } = lab.context();
  const createKey = async () => {
    throw new NetworkError("The operation took too long", "OUT_OF_TIME");
  };
  expect(await messageThrownBy(() => create({ ...rest, api: { ...api, createKey } }, inputs))).toBe(
    `Could not create the key "${name}": The operation took too long. No key was left behind.`,
  );
});

test("a quota that is used up is a plain error that quotes PayEngine", async () => {
  await lab.control.setDialect({ keyQuota: 1 });
  expect(await messageThrownBy(() => create(lab.context(), inputs))).toBe(
    `Could not create the key "${name}": PayEngine answered 422 to POST ${lab.url}/api-keys: ` +
      "The account's quota of 1 keys is used up. No key was left behind.",
  );
});

test("a user without a role makes no key and learns which role is needed", async () => {
  const { key } = await lab.control.newCredential("sandbox", "User");
  expect(await messageThrownBy(() => create(lab.context({ credential: key }), inputs))).toBe(
    `Could not create the key "${name}": PayEngine answered 403 to GET ${lab.url}/merchant: API keys need the role ` +
      "Admin or Developer. Managing keys needs a credential whose user has the Admin or Developer role. No key was made.",
  );
  expect(await posts()).toBe(0);
});

test("a developer makes keys as an admin does", async () => {
  const { key } = await lab.control.newCredential("sandbox", "Developer");
  await lab.expectOnlyKeysOf(completed(await create(lab.context({ credential: key }), inputs)));
});

test("an unknown credential makes no key", async () => {
  const credential = "0".repeat(102);
  expect(await messageThrownBy(() => create(lab.context({ credential }), inputs))).toContain(
    `Could not create the key "${name}": PayEngine answered 401 to GET ${lab.url}/merchant: ` +
      "The API key is missing, unknown or revoked. The credential is unknown or revoked: set payengine:apiKey",
  );
});

test("another account than the pinned one makes no key", async () => {
  const { key } = await lab.control.newCredential("production", "Admin");
  const pinned = lab.inputs({ accountId: "sandbox" });
  expect(await messageThrownBy(() => create(lab.context({ credential: key }), pinned))).toBe(
    `Could not create the key "${pinned.uniqueName}": The credential belongs to account acct_production, but ` +
      "payengine:accountId pins account acct_sandbox; use a credential and payengine:apiUrl of account acct_sandbox. " +
      "No key was made.",
  );
  expect(await posts()).toBe(0);
});

test("a pinned account that PayEngine does not confirm makes no key", async () => {
  await lab.control.setDialect({ noAccountId: true });
  const pinned = lab.inputs({ accountId: "sandbox" });
  expect(await messageThrownBy(() => create(lab.context(), pinned))).toBe(
    `Could not create the key "${pinned.uniqueName}": PayEngine does not say which account the credential belongs to, ` +
      "but payengine:accountId pins account acct_sandbox. No key was made.",
  );
  expect(await posts()).toBe(0);
});

test("a key that bears another name than was asked for is revoked and fails", async () => {
  await lab.control.addFault({ operation: "createKey", kind: "wrongName" });
  expect(await messageThrownBy(() => create(lab.context(), inputs))).toBe(
    `Could not create the key "${name}": PayEngine was asked for a private key of this name and answered with a ` +
      `private one named "${name} (renamed)" (key_[redacted]). No key was left behind.`,
  );
  await lab.expectOnlyKeysOf();
});

describe("when PayEngine asks to slow down", () => {
  const rateLimit = (more: Partial<Extract<FaultInput, { kind: "rateLimit" }>>): FaultInput => ({
    operation: "createKey",
    kind: "rateLimit",
    ...more,
  });

  test("the POST waits as long as Retry-After says and is sent again under the same name", async () => {
    await lab.control.addFault(rateLimit({ retryAfter: 7 }));
    const state = completed(await create(lab.context({ maxRetries: 3 }), inputs));
    expect(lab.waits).toEqual([7_000]);
    expect(state).toMatchObject({ name });
    expect(state).not.toHaveProperty("latestName");
    await lab.expectOnlyKeysOf(state);
  });

  test("the wait is thirty seconds at most", async () => {
    await lab.control.addFault(rateLimit({ retryAfter: 86_400 }));
    await create(lab.context({ maxRetries: 3 }), inputs);
    expect(lab.waits).toEqual([30_000]);
  });

  test("without Retry-After the waits double", async () => {
    await lab.control.addFault(rateLimit({ times: 3 }));
    await create(lab.context({ maxRetries: 3 }), inputs);
    expect(lab.waits).toEqual([500, 1_000, 2_000]);
  });

  test("a date in Retry-After is waited for, thirty seconds at most", async () => {
    await lab.control.addFault(rateLimit({ retryAfter: "Wed, 21 Oct 2099 07:28:00 GMT" }));
    await create(lab.context({ maxRetries: 1 }), inputs);
    expect(lab.waits).toEqual([30_000]);
  });

  test("it gives up after maxRetries, and no key was made", async () => {
    await lab.control.addFault(rateLimit({ times: "always" }));
    expect(await messageThrownBy(() => create(lab.context({ maxRetries: 2 }), inputs))).toBe(
      `Could not create the key "${name}": PayEngine answered 429 to POST ${lab.url}/api-keys: Status 429, as asked ` +
        "for by a fault. Wait, or raise payengine:maxRetries. No key was left behind.",
    );
    expect(await posts()).toBe(3);
  });
});
