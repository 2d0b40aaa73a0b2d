import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { API_KEY_TYPE } from "../../provider/resource-type";
import { dueKeys } from "../../recovery";

const NOW = new Date("2026-06-01T00:00:00Z");
const DAY_MS = 86_400_000;
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:A" };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "payengine-due-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** What is due in the state of one key. */
async function dueFor(outputs: object, { within = 0, name = "web", ...more }: Record<string, unknown> = {}) {
  const key = {
    urn: `urn:pulumi:prod::shop::${API_KEY_TYPE}::${name}`,
    type: API_KEY_TYPE,
    outputs: { uniqueName: "shop-prod-web-0123456789", keyId: "key_1", token: SECRET, ...outputs },
    ...more,
  };
  const path = join(folder, "prod.json");
  const deployment = { manifest: { time: "2026-01-01T00:00:00Z" }, resources: [key] };
  await writeFile(path, JSON.stringify({ deployment }));
  return dueKeys({ files: [path], now: () => NOW, within: Number(within) });
}

const brief = (keys: readonly { action: string; dueAt: string | undefined }[]) =>
  keys.map(({ action, dueAt = "now" }) => `${action} ${dueAt.slice(0, 10)}`);

test.each([
  ["a key whose rotation is over since today", { rotateAt: NOW.toISOString() }, ["rotate 2026-06-01"], []],
  [
    "a key that rotates in a millisecond",
    { rotateAt: "2026-06-01T00:00:00.001Z" },
    [],
    ["rotate 2026-06-01"],
  ],
  ["a key without dates", {}, [], []],
  [
    "a rotation that waits for the end of an overlap",
    { rotateAt: "2026-05-01", previousKeyId: "key_0", previousToken: SECRET, previousRevokeAt: "2026-06-05" },
    [],
    ["retire 2026-06-05", "rotate 2026-06-05"],
  ],
  ["a previous key without a date", { previousKeyId: "key_0", previousToken: SECRET }, ["retire now"], []],
  ["a key without a value", { token: undefined, pendingAction: "create" }, ["finish now"], []],
  [
    "a second key that can still appear",
    { pendingAction: "reconcile", reconcileAfter: "2026-06-01T00:02:00Z" },
    [],
    ["finish 2026-06-01"],
  ],
  ["a second key", { pendingAction: "reconcile" }, ["finish now"], []],
] as const)("due reports %s", async (_case, outputs, now, later) => {
  const { due, upcoming, next } = await dueFor(outputs, { within: 7 * DAY_MS });
  expect([brief(due), brief(upcoming)]).toEqual([now, later]);
  expect(brief(next ? [next] : [])).toEqual(later.slice(0, 1));
});

test("due looks no further than asked, but says what is next", async () => {
  const { upcoming, next } = await dueFor({ rotateAt: "2026-06-09" }, { within: 7 * DAY_MS });
  expect([brief(upcoming), brief(next ? [next] : [])]).toEqual([[], ["rotate 2026-06-09"]]);
});

test("a replaced key whose deletion is pending has to be finished only", async () => {
  const { due, next } = await dueFor({ rotateAt: "2026-01-01" }, { delete: true });
  expect([brief(due), next]).toEqual([["finish now"], undefined]);
});

test("a key made by hand that no longer works has to be finished by a person", async () => {
  const { due } = await dueFor({
    madeByHand: true,
    token: undefined,
    keyId: undefined,
    pendingAction: "create",
  });
  expect(due).toMatchObject([
    {
      isMadeByHand: true,
      note: "PayEngine no longer accepts its value: create a private key in PayEngine's dashboard and set adopt.token to it first",
    },
  ]);
});

test("the command of a state file names the stack in it, and quotes the URN for a shell", async () => {
  const { due } = await dueFor({ pendingAction: "create" }, { name: "it's $5" });
  expect(due).toMatchObject([
    {
      stack: "prod",
      project: "shop",
      isOfThisProject: false,
      commands: [
        `pulumi up --stack prod --target 'urn:pulumi:prod::shop::${API_KEY_TYPE}::it'\\''s $5' --target-dependents`,
      ],
    },
  ]);
});

test.each(["rotateAt", "uniqueName"])("a program that encrypts %s is told so", async (property) => {
  const { due, unread, keyCount } = await dueFor({ [property]: SECRET });
  expect([due, keyCount]).toEqual([[], 1]);
  expect(unread).toEqual([
    {
      source: join(folder, "prod.json"),
      resources: ["web"],
      problem: `${property} is encrypted in state, which this command does not decrypt; remove it from additionalSecretOutputs`,
    },
  ]);
});
