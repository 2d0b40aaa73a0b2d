import * as pulumi from "@pulumi/pulumi";
import { MERCHANT_IDS } from "payengine-sandbox";
import * as payengine from "../../sdk";
import { messageThrownBy, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  await runProgram(false);
});
afterEach(async () => {
  pulumi.runtime.setAllConfig({});
  await harness.close();
});

async function runProgram(isPreview: boolean): Promise<void> {
  const mocks = {
    call: ({ inputs }: pulumi.runtime.MockCallArgs) => inputs,
    newResource: ({ name, inputs }: pulumi.runtime.MockResourceArgs) => ({ id: `${name}-id`, state: inputs }),
  };
  await pulumi.runtime.setMocks(mocks, "shop", "prod", isPreview);
  pulumi.runtime.setAllConfig({ "payengine:apiUrl": harness.url, "payengine:apiKey": harness.credential });
}

/** A key as the response to its creation shows it, which always includes an id here. */
async function make(name: string, type = "private") {
  const { id = "", ...key } = await harness.context().client.createKey({ name, type });
  return { ...key, id };
}
const resolved = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

describe("getApiKey", () => {
  test("finds a key by its id and does not return a private value", async () => {
    const { id, value, redacted, createdAt } = await make("made-by-hand");
    const info = await payengine.getApiKey({ id });
    expect(info).toEqual({
      keyId: id,
      name: "made-by-hand",
      type: "private",
      status: "active",
      token: undefined,
      redactedToken: redacted,
      createdAt,
      lastUsedAt: undefined,
    });
    expect(JSON.stringify(info)).not.toContain(value);
  });

  test("finds a public key by its exact name and returns its value", async () => {
    const { id, value } = await make("site", "public");
    await make("site-2", "public");
    expect(await payengine.getApiKey({ name: "site" })).toMatchObject({ keyId: id, token: value });
  });

  test.each([
    ["an id", { id: "key_0123456789abcdef" }, 'this account has no key with the ID "key_0123456789abcdef"'],
    [
      "a private key instead of an id",
      { id: "c0ffee".repeat(17) },
      'this account has no key with the ID "[redacted]"',
    ],
    ["a name", { name: "none" }, 'this account has no active key named "none"'],
  ])("reports that no key has %s", async (_what, args, why) => {
    expect(await messageThrownBy(() => payengine.getApiKey(args as payengine.GetApiKeyArgs))).toBe(
      `getApiKey: ${why}`,
    );
  });

  test("ignores revoked keys of a name and lists the ids of two active ones", async () => {
    const [first, second, third] = [await make("twice"), await make("twice"), await make("twice")];
    await harness.control.revokeKey(first.id);
    expect(await messageThrownBy(() => payengine.getApiKey({ name: "twice" }))).toBe(
      `getApiKey: 2 keys are named "twice"; look one up by its ID (${third.id}, ${second.id})`,
    );
    await harness.control.revokeKey(second.id);
    expect((await payengine.getApiKey({ name: "twice" })).keyId).toBe(third.id);
  });

  test.each([
    ["neither id nor name", {}, "pass either id or name"],
    ["both", { id: "key_1", name: "n" }, "pass either id or name"],
    [
      "an Output",
      { id: pulumi.output("key_1") },
      "id or name is not a string; for an Output, use getApiKeyOutput",
    ],
  ])("refuses %s", async (_what, args, why) => {
    const untyped = args as unknown as payengine.GetApiKeyArgs;
    expect(await messageThrownBy(() => payengine.getApiKey(untyped))).toBe(`getApiKey: ${why}`);
  });

  test("reports an invalid configuration and sends nothing", async () => {
    pulumi.runtime.setAllConfig({ "payengine:apiUrl": "http://payengine.example" });
    expect(await messageThrownBy(() => payengine.getApiKey({ id: "key_1" }))).toMatch(
      /^getApiKey: payengine:apiUrl must be https, because http would send the credential .*; payengine:apiKey is not set; /,
    );
  });

  test("works only on the pinned account, whichever id pins it", async () => {
    const { id } = await make("made-by-hand");
    const [foreign] = MERCHANT_IDS.production;
    pulumi.runtime.setConfig("payengine:accountId", foreign);
    expect(await messageThrownBy(() => payengine.getApiKey({ id }))).toContain(
      `getApiKey: payengine:accountId pins ${foreign}, but`,
    );
    for (const pin of [MERCHANT_IDS.sandbox[0], id]) {
      pulumi.runtime.setConfig("payengine:accountId", pin);
      expect((await payengine.getApiKey({ id })).keyId).toBe(id);
    }
  });
});

describe("getApiKeyOutput", () => {
  test("takes Outputs, and its result is not secret because of the credential", async () => {
    const { id } = await make("made-by-hand");
    const production = new payengine.Provider("production", {
      apiUrl: harness.url,
      apiKey: harness.credential,
    });
    pulumi.runtime.setAllConfig({});
    const key = payengine.getApiKeyOutput({ id: pulumi.output(id) }, { provider: production });
    expect(await resolved(key)).toMatchObject({ keyId: id, name: "made-by-hand" });
    expect(await pulumi.isSecret(key)).toBe(false);
    const secret = payengine.getApiKeyOutput({ id: pulumi.secret(id) }, { provider: production });
    expect(await pulumi.isSecret(secret)).toBe(true);
  });

  test("is unknown in a preview with unknown arguments", async () => {
    await runProgram(true);
    const unknown = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
    const key = payengine.getApiKeyOutput({ id: unknown });
    expect(await (key as unknown as { isKnown: Promise<boolean> }).isKnown).toBe(false);
  });
});

describe("an explicit provider", () => {
  test("is the parent's by default", async () => {
    const production = new payengine.Provider("production", {
      apiUrl: harness.url,
      apiKey: harness.credential,
    });
    pulumi.runtime.setAllConfig({});
    const parent = new pulumi.ComponentResource("shop:index:Service", "web", {}, { providers: [production] });
    const { id } = await make("made-by-hand");
    expect((await payengine.getApiKey({ id }, { parent })).name).toBe("made-by-hand");
  });

  test("with an unknown configuration works only with getApiKeyOutput", async () => {
    await runProgram(true);
    const apiKey = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
    const provider = new payengine.Provider("new", { apiUrl: harness.url, apiKey });
    expect(await messageThrownBy(() => payengine.getApiKey({ id: "key_1" }, { provider }))).toBe(
      "getApiKey: the provider's configuration is not known yet; use getApiKeyOutput instead",
    );
  });

  test("that is not a payengine.Provider is refused", async () => {
    class Other extends pulumi.ProviderResource {}
    const provider = new Other("random", "other", {});
    expect(await messageThrownBy(async () => payengine.getApiKey({ id: "key_1" }, { provider }))).toBe(
      "The provider of a lookup must be a payengine.Provider",
    );
  });
});

describe("listApiKeys", () => {
  const names = (keys: readonly payengine.ApiKeyInfo[]) => keys.map(({ name }) => name);

  test("filters by type, name prefix and status over all pages", async () => {
    await harness.control.setDialect({ ignoreQuery: true, revokedKeys: "status" });
    for (let number = 0; number < 101; number++) await make(`other-${number}`);
    const revoked = await make("shop-old");
    await harness.control.revokeKey(revoked.id);
    await make("shop-private");
    await make("shop-public", "public");

    expect(names(await payengine.listApiKeys({ namePrefix: "shop-" }))).toEqual([
      "shop-public",
      "shop-private",
      "shop-old",
    ]);
    expect(names(await payengine.listApiKeys({ namePrefix: "shop-", status: "active" }))).toEqual([
      "shop-public",
      "shop-private",
    ]);
    expect(names(await payengine.listApiKeys({ type: "public" }))).toEqual(["shop-public"]);
    expect(await payengine.listApiKeys()).toHaveLength(105);
  });

  test("returns an empty list when no key matches, and takes Outputs", async () => {
    await make("shop-private");
    const found = payengine.listApiKeysOutput({ namePrefix: pulumi.output("shop-") });
    expect(names(await resolved(found))).toEqual(["shop-private"]);
    expect(await resolved(payengine.listApiKeysOutput({ namePrefix: "none-" }))).toEqual([]);
  });

  test("reports that PayEngine is unreachable", async () => {
    await harness.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 403 });
    expect(await messageThrownBy(() => payengine.listApiKeys())).toMatch(
      /^listApiKeys: PayEngine returned 403 for GET http:.*\/api-keys: /,
    );
  });
});
