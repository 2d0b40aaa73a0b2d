import { ACCOUNT_IDS, type FaultInput, MERCHANT_IDS } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import type { ApiKeyInputs } from "../../provider/api-key/schema";
import { NetworkError } from "../../provider/payengine/errors";
import { abridged } from "../abridged";
import { completed, messageThrownBy, newInputs, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  inputs = harness.inputs({ uniqueName: name });
});
afterEach(() => harness.close());

let inputs: ApiKeyInputs;
const name = newInputs().uniqueName;
const posts = async () => (await harness.calls()).filter((call) => call === "POST /api/api-keys").length;

const hints: Record<number, string> = {
  400: "",
  401: "Set payengine:apiKey or PAYENGINE_API_KEY",
  403: "the Admin or Developer role",
  404: "check payengine:apiUrl",
  405: "",
  413: "",
  415: "",
  422: "",
};

test.each(Object.entries(hints))(
  "a POST with response %s is a plain error after one request",
  async (status, hint) => {
    await harness.control.addFault({
      operation: "createKey",
      kind: "statusBeforeCommit",
      status: Number(status),
    });
    expect(await messageThrownBy(() => create(harness.context(), inputs))).toEqual(
      abridged(
        `Could not create the key "${name}": PayEngine returned ${status} for POST`,
        hint,
        "No key was left behind.",
      ),
    );
    expect(await posts()).toBe(1);
    await harness.expectOnlyKeysOf();
  },
);

test("an operation without time left before its request creates no key and fails plainly", async () => {
  const { client, ...rest } = harness.context();
  const createKey = async () => {
    throw new NetworkError("The operation took too long", "OUT_OF_TIME");
  };
  expect(await messageThrownBy(() => create({ ...rest, client: { ...client, createKey } }, inputs))).toBe(
    `Could not create the key "${name}": The operation took too long. No key was left behind.`,
  );
});

test("an exhausted quota is a plain error that quotes PayEngine", async () => {
  await harness.control.setDialect({ keyQuota: 1 });
  expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(
    `Could not create the key "${name}": PayEngine returned 422 for POST ${harness.url}/api-keys: ` +
      "The account's quota of 1 keys is used up. No key was left behind.",
  );
});

test("a user without the role creates no key, and the error names the required role", async () => {
  const { key } = await harness.control.newCredential("sandbox", "User");
  expect(await messageThrownBy(() => create(harness.context({ credential: key }), inputs))).toEqual(
    abridged(
      `Could not create the key "${name}": PayEngine returned 403 for GET`,
      "the Admin or Developer role",
      "No key was left behind.",
    ),
  );
  expect(await posts()).toBe(0);
});

test("create makes no key if only signed-in users may, and the error names the next step", async () => {
  await harness.control.setDialect({ manageKeys: "consoleOnly" });
  expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(
    `Could not create the key "${name}": PayEngine returned 401 for GET ${harness.url}/api-keys: jwt malformed. This request ` +
      "needs a user who is signed in to PayEngine's console, not a private key: run `pulumi-payengine doctor`. If no " +
      'request accepts a private key, set payengine:contract to "dashboard". No key was left behind.',
  );
  expect(await posts()).toBe(0);
});

test("a developer creates keys like an admin", async () => {
  const { key } = await harness.control.newCredential("sandbox", "Developer");
  await harness.expectOnlyKeysOf(completed(await create(harness.context({ credential: key }), inputs)));
});

test("an unknown credential creates no key", async () => {
  const credential = "0".repeat(108);
  expect(await messageThrownBy(() => create(harness.context({ credential }), inputs))).toContain(
    `Could not create the key "${name}": PayEngine returned 401 for GET ${harness.url}/merchant: ` +
      "E121: Invalid API key. Set payengine:apiKey or PAYENGINE_API_KEY",
  );
});

describe("with a pin", () => {
  const notShown = (pin: string) =>
    `Could not create the key "${name}": payengine:accountId pins ${pin}, but PayEngine shows this credential no account, ` +
    "merchant or key with that ID; check the credential and payengine:apiUrl, or set the ID that `pulumi-payengine " +
    "doctor` prints. No key was created.";

  test("create makes no key in another account than the pinned one", async () => {
    const { key: credential } = await harness.control.newCredential("production", "Admin");
    const accountId = MERCHANT_IDS.sandbox[0];
    expect(await messageThrownBy(() => create(harness.context({ credential, accountId }), inputs))).toBe(
      notShown(accountId),
    );
    expect(await posts()).toBe(0);
  });

  test("create accepts an account's id only if PayEngine returns it", async () => {
    const accountId = ACCOUNT_IDS.sandbox;
    expect(await messageThrownBy(() => create(harness.context({ accountId }), inputs))).toBe(
      notShown(accountId),
    );
    expect(await posts()).toBe(0);
    await harness.control.setDialect({ merchant: "withAccountId" });
    const state = completed(await create(harness.context({ accountId }), inputs));
    expect(state).toMatchObject({ accountId, merchantId: MERCHANT_IDS.sandbox[1] });
    await harness.expectOnlyKeysOf(state);
  });

  test("create makes no key for a pin that is not an id of the account", async () => {
    for (const accountId of ["..", "a/b", "?q"]) {
      expect(await messageThrownBy(() => create(harness.context({ accountId }), inputs))).toBe(
        notShown(accountId),
      );
    }
    expect(await posts()).toBe(0);
  });

  test("create makes no key while the pin cannot be proven", async () => {
    await harness.control.addFault({ operation: "getKey", kind: "statusBeforeCommit", status: 503 });
    const accountId = ACCOUNT_IDS.sandbox;
    expect(await messageThrownBy(() => create(harness.context({ accountId }), inputs))).toBe(
      `Could not create the key "${name}": PayEngine returned 503 for GET ${harness.url}/api-keys/${accountId}: Status 503, ` +
        "as asked for by a fault. No key was created.",
    );
    expect(await posts()).toBe(0);
  });
});

test("create revokes a key with another name than requested, and fails", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "wrongName" });
  const message = await messageThrownBy(() => create(harness.context(), inputs));
  const made = (await harness.control.keys()).find((key) => key.name === name);
  expect(message).toBe(
    `Could not create the key "${name}": The request was for a private key with this name, but PayEngine returned a ` +
      `private key named "${name} (renamed)" (${made?.id}). No key was left behind.`,
  );
  await harness.expectOnlyKeysOf();
});

describe("after a 429", () => {
  const rateLimit = (more: Partial<Extract<FaultInput, { kind: "rateLimit" }>>): FaultInput => ({
    operation: "createKey",
    kind: "rateLimit",
    ...more,
  });

  test("create waits for Retry-After and sends the POST again with the same name", async () => {
    await harness.control.addFault(rateLimit({ retryAfter: 7 }));
    const state = completed(await create(harness.context({ maxRetries: 3 }), inputs));
    expect(harness.waits).toEqual([7_000]);
    expect(state).toMatchObject({ name });
    expect(state).not.toHaveProperty("latestName");
    await harness.expectOnlyKeysOf(state);
  });

  test("create waits at most thirty seconds", async () => {
    await harness.control.addFault(rateLimit({ retryAfter: 86_400 }));
    await create(harness.context({ maxRetries: 3 }), inputs);
    expect(harness.waits).toEqual([30_000]);
  });

  test("create doubles its waits without Retry-After", async () => {
    await harness.control.addFault(rateLimit({ times: 3 }));
    await create(harness.context({ maxRetries: 3 }), inputs);
    expect(harness.waits).toEqual([500, 1_000, 2_000]);
  });

  test("create waits for a date in Retry-After, at most thirty seconds", async () => {
    await harness.control.addFault(rateLimit({ retryAfter: "Wed, 21 Oct 2099 07:28:00 GMT" }));
    await create(harness.context({ maxRetries: 1 }), inputs);
    expect(harness.waits).toEqual([30_000]);
  });

  test("create fails after maxRetries without a key", async () => {
    await harness.control.addFault(rateLimit({ times: "always" }));
    expect(await messageThrownBy(() => create(harness.context({ maxRetries: 2 }), inputs))).toBe(
      `Could not create the key "${name}": PayEngine returned 429 for POST ${harness.url}/api-keys: Status 429, as asked ` +
        "for by a fault. Wait and try again, or raise payengine:maxRetries. No key was left behind.",
    );
    expect(await posts()).toBe(3);
  });
});
