import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWhose } from "../../cli/whose-report";
import type { FoundKey, WhoseReport } from "../../recovery/whose/whose-keys";
import { whoseKeys } from "../../recovery/whose/whose-keys";
import { ENCRYPTED, exported, type Planted } from "./whose-harness";

const TOKEN = "3f9a".padEnd(108, "0123456789abcdef");
const OLDER = "e1f2".padEnd(108, "fedcba9876543210");
const OTHER = "0c0c".padEnd(108, "77aa");
const PUBLIC = `pk_test_${"aB3".padEnd(32, "0Zz9")}`;
const CREDENTIAL = "c0de".padEnd(108, "abcdef0123456789");
const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::checkout";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "whose-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The report about a text, compared with exported states. */
async function ask(text: string, states: Record<string, readonly Planted[] | string>, now = "2026-01-15") {
  const files = Object.keys(states).map((name) => join(folder, `${name}.json`));
  for (const [name, keys] of Object.entries(states))
    await writeFile(join(folder, `${name}.json`), typeof keys === "string" ? keys : exported(name, keys));
  const report = await whoseKeys([Buffer.from(text)], { files, now: () => new Date(now) });
  return { report, lines: said(report) };
}

function said(report: WhoseReport): string[] {
  return describeWhose(report)
    .replaceAll(`${folder}/`, "")
    .split("\n")
    .map((line) => line.replace(/ {3,}/g, "  "));
}

async function found(planted: Partial<Planted>, text = TOKEN, now?: string): Promise<FoundKey> {
  const { report } = await ask(text, { dev: [{ resource: "checkout", token: TOKEN, ...planted }] }, now);
  expect(report.keys).toHaveLength(1);
  return report.keys[0] as FoundKey;
}

const UP = "pulumi up --stack dev";
const REPLACE = `${UP} --replace '${URN}'`;
const REFRESH = "pulumi refresh --stack dev";
const byHand = { outputs: { madeByHand: true, keyId: undefined, previousKeyId: undefined } };
const NEXT =
  "create another private key in PayEngine's dashboard, set adopt.token to it, and run `pulumi up`; then revoke the leaked " +
  "key there, and run `pulumi refresh`";

describe("what to do about a leaked key", () => {
  test.each<[string, Partial<Planted>, string[], string]>([
    ["an ordinary one", {}, [REPLACE], ""],
    ["one with a previous key", { previous: OLDER }, [REPLACE], "the previous key is revoked too"],
    [
      "a protected one",
      { fields: { protect: true } },
      [`pulumi state unprotect --stack dev '${URN}'`, REPLACE],
      "",
    ],
    [
      "an adopted one",
      { outputs: { adoptedKeyId: "7f0c" } },
      [UP, REPLACE],
      "adopted: if the program still has `adopt`, remove it before the first command",
    ],
    [
      "one that Pulumi does not delete",
      { fields: { retainOnDelete: true } },
      [REPLACE],
      "the option retainOnDelete keeps the old key live: afterwards, revoke id-of-checkout in PayEngine's dashboard",
    ],
    ["one that was replaced", { fields: { delete: true } }, [UP], "already replaced: the command revokes it"],
    ["one made by hand", byHand, [UP, REFRESH], `made by hand: ${NEXT}`],
    [
      "one made by hand, with a previous key",
      { ...byHand, previous: OLDER },
      [REFRESH, UP, REFRESH],
      `made by hand: revoke the previous key in PayEngine's dashboard, and run \`pulumi refresh\`; then ${NEXT}`,
    ],
    [
      "one made by hand that was replaced",
      { ...byHand, fields: { delete: true } },
      [UP],
      "made by hand: revoke it in PayEngine's dashboard, then run this",
    ],
    ["a public one", { type: "public" }, [], "a public key is meant to be public: no incident"],
  ])("%s", async (_which, planted, commands, note) => {
    expect(await found(planted)).toMatchObject({ which: "current", commands, note });
  });

  test("a previous one, before and after the end of its overlap", async () => {
    const planted = { previous: OLDER };
    expect(await found(planted, OLDER)).toMatchObject({
      which: "previous",
      keyName: undefined,
      keyId: "id-of-previous",
      generation: 1,
      createdAt: undefined,
      revokeAt: "2026-02-01T00:00:00.000Z",
      commands: [REPLACE],
      note:
        "this revokes the current key too; to keep that one, revoke id-of-previous in PayEngine's dashboard and run `pulumi " +
        "refresh` instead",
    });
    expect(await found(planted, OLDER, "2026-02-01")).toMatchObject({
      commands: [UP],
      note: "its overlap is over: the command revokes it",
    });
    expect(await found({ ...byHand, previous: OLDER }, OLDER)).toMatchObject({
      commands: [REFRESH],
      note: "made by hand: revoke it in PayEngine's dashboard, then run this",
    });
  });

  test("one in a component: the shell leaves its URN as it is", async () => {
    const urn = URN.replace("pulumi-nodejs:", "shop:Team$pulumi-nodejs:").replace("checkout", "it's");
    const { commands } = await found({ fields: { urn } });
    expect(commands).toEqual([`${UP} --replace '${urn.replace("it's", "it'\\''s")}'`]);
  });
});

describe("the output names", () => {
  test("every resource that holds the key, and the command for each", async () => {
    const { report, lines } = await ask(`key=${TOKEN}`, {
      dev: [{ resource: "checkout", token: TOKEN, previous: OLDER }],
      prod: [{ resource: "shared", token: TOKEN }],
    });
    expect(lines).toEqual([
      "MATCH  KEY  STACK  RESOURCE  KEY NAME  KEY ID  ACCOUNT  CREATED  URN",
      `exact  current private key, generation 2  dev.json  checkout  shop-dev-checkout-0123456789  id-of-checkout  console.payengine.co  2026-01-01 00:00Z  ${URN}`,
      `exact  current private key, generation 1  prod.json  shared  shop-prod-shared-0123456789  id-of-shared  console.payengine.co  2026-01-01 00:00Z  ${URN.replace("dev", "prod").replace("checkout", "shared")}`,
      "Replace checkout of dev.json (in the folder of the project shop):",
      "  The previous key is revoked too.",
      `  ${REPLACE}`,
      "Replace shared of prod.json (in the folder of the project shop):",
      `  ${REPLACE.replaceAll("dev", "prod").replace("checkout", "shared")}`,
      "The input has the values of 2 keys. Compared with 2 keys of dev.json, prod.json.",
    ]);
    expect(report.keys.map(({ match, stack }) => [match, stack])).toEqual([
      ["exact", "dev"],
      ["exact", "prod"],
    ]);
  });

  test("every key that a redacted form fits, as possible, with its account", async () => {
    const account = { outputs: { accountId: "acc_1" } };
    const pin = { outputs: { pinnedAccountId: "mer_2" } };
    const { lines } = await ask("key 3f9a…4567 was used", {
      dev: [
        { resource: "checkout", token: TOKEN, ...account },
        { resource: "web", token: `${TOKEN.slice(0, 50)}${TOKEN.slice(54)}4567`, ...pin },
      ],
    });
    expect(lines.slice(1, 3)).toEqual([
      expect.stringMatching(
        /^possible {2}current private key, generation 1 {2}.* {2}acc_1 at console.payengine.co/,
      ),
      expect.stringMatching(
        /^possible {2}current private key, generation 1 {2}.* {2}mer_2 at console.payengine.co/,
      ),
    ]);
    expect(lines.slice(3)).toEqual([
      "If it is this key, replace checkout of dev.json (in the folder of the project shop):",
      `  ${REPLACE}`,
      "If it is this key, replace web of dev.json (in the folder of the project shop):",
      `  ${REPLACE.replace("checkout", "web")}`,
      "The input has a redacted form that fits 2 keys. Compared with 2 keys of dev.json.",
    ]);
  });

  test("a public key and whose it is, without a command", async () => {
    const { lines } = await ask(`<script data-key="${PUBLIC}">`, {
      dev: [{ resource: "web", token: PUBLIC, type: "public" }],
    });
    expect(lines.slice(2)).toEqual([
      "web of dev.json:",
      "  A public key is meant to be public: no incident.",
      "The input has the value of 1 key. Compared with 1 key of dev.json.",
    ]);
  });

  test("the stacks whose keys a provider credential has created", async () => {
    const { lines } = await ask(CREDENTIAL, {
      dev: [{ resource: "checkout", token: TOKEN, credential: CREDENTIAL }],
    });
    expect(lines).toEqual([
      'A provider credential, which created 1 key of dev.json at console.payengine.co. Revoke it in PayEngine\'s dashboard now, then follow "The provider credential leaked" in docs/break-glass.md.',
      "The input has a provider credential. Compared with 1 key of dev.json.",
    ]);
  });
});

describe("without a match, the output says", () => {
  const states = { dev: [{ resource: "checkout", token: TOKEN }] };
  test.each([
    ["that the key is not in these stacks", OTHER, [expect.stringMatching(/^Not in .* of dev.json. A key /)]],
    [
      "that nothing looks like a key",
      "All quiet.",
      [
        "Nothing in the input looks like a key: no value of 20 to 512 characters, and no redacted form such as 3f9a…c21d.",
        "Not in these stacks: compared with 1 key of dev.json.",
      ],
    ],
    [
      "that an unknown public key is no incident",
      `pk_prod_${"q".repeat(32)}`,
      [
        "The input has a public key that is in none of these stacks. A public key is meant to be public: no incident.",
        "Not in these stacks: compared with 1 key of dev.json.",
      ],
    ],
    [
      "that the input is not text",
      "\u0000\u0001",
      [
        "The input is not text, so a key in it may not have been seen. Unpack or decompress it, and run this again.",
        "Not in these stacks: compared with 1 key of dev.json.",
      ],
    ],
  ])("%s", async (_what, text, lines) => {
    expect((await ask(text, states)).lines).toEqual(lines);
  });

  test("which states and keys could not be compared", async () => {
    const { report, lines } = await ask(OTHER, {
      ...states,
      broken: "{",
      secret: [
        { resource: "print", token: OTHER, outputs: { fingerprint: ENCRYPTED } },
        { resource: "name", token: OTHER, outputs: { uniqueName: ENCRYPTED, name: ENCRYPTED } },
        { resource: "byHand", token: OTHER, outputs: { madeByHand: true, uniqueName: ENCRYPTED } },
        { resource: "old", token: TOKEN, previous: OTHER, outputs: { previousFingerprint: undefined } },
      ],
    });
    expect(lines).toEqual([
      `Not compared: broken.json: broken.json is not a stack's state; create one with \`pulumi stack export --file <file>\`.`,
      "Not compared: print of secret.json: fingerprint is encrypted in state, which this command does not decrypt; remove it from additionalSecretOutputs",
      "Not compared: name of secret.json, byHand of secret.json: uniqueName is encrypted in state, which this command does not decrypt; remove it from additionalSecretOutputs",
      "Not compared: old of secret.json: state has no fingerprint of its previous key; compare the input with that key's redacted form in PayEngine's dashboard",
      "Not in the stacks that could be read: compared with 3 keys of dev.json, secret.json. It may be in the others.",
    ]);
    expect(report).toMatchObject({ keys: [], keyCount: 3 });
  });
});
