import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { API_KEY_TYPE } from "../../provider/resource-type";
import { readStates } from "../../recovery/pulumi/read-states";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "payengine-states-"));
});
afterEach(() => rm(folder, { recursive: true }));

const urn = `urn:pulumi:dev::shop::${API_KEY_TYPE}::checkout`;
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:A" };
const key = {
  urn,
  type: API_KEY_TYPE,
  outputs: { uniqueName: "shop-dev-checkout-0123456789", token: secret, keyId: "key_1" },
};
const exported = (outputs: object, more: object = {}) =>
  JSON.stringify({
    deployment: {
      manifest: { time: "2026-01-01T00:00:00Z" },
      resources: [{ ...key, ...more, outputs: { ...key.outputs, ...outputs } }],
    },
  });

async function read(files: Readonly<Record<string, string>>) {
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const [index, text] of Object.values(files).entries()) await writeFile(paths[index] ?? "", text);
  const steps: string[] = [];
  const states = [];
  const selection = { files: [...paths, join(folder, "missing.json")] };
  for await (const it of readStates(selection, (step) => steps.push(step))) states.push(it);
  return { steps, states, nameOf: (name: string) => join(folder, name) };
}

test("states are read in order, and one that cannot be read does not stop the others", async () => {
  const whole = exported({});
  const { states, steps, nameOf } = await read({
    "a.json": whole,
    "cut.json": whole.slice(0, -9),
    "newer.json": exported({ schemaVersion: "9.0.0" }),
    "b.json": whole,
  });
  expect(states).toEqual([
    { name: nameOf("a.json"), from: "file", state: expect.anything() },
    {
      name: nameOf("cut.json"),
      problem: `${nameOf("cut.json")} is not a stack's state; create one with \`pulumi stack export --file <file>\`.`,
    },
    {
      name: nameOf("newer.json"),
      problem: expect.stringContaining("Install pulumi-payengine 9.0.0 or later"),
    },
    { name: nameOf("b.json"), from: "file", state: expect.anything() },
    { name: nameOf("missing.json"), problem: expect.stringMatching(/^Cannot read the state file .*ENOENT/) },
  ]);
  expect(steps).toEqual([
    "Reading the stack from Pulumi",
    ...[1, 2, 3, 4, 5].map((number) => `Reading stack ${number} of 5`),
  ]);
});

test("a key's dates and fingerprint are read, and what a program encrypts is named", async () => {
  const dates = { rotateAt: "2026-02-01T00:00:00Z", previousKeyId: "key_0", previousToken: secret };
  const { states } = await read({
    "plain.json": exported({
      ...dates,
      rotation: { period: "30d", overlap: "7d" },
      fingerprint: "0123456789abcdef",
      redactedToken: "ab…yz",
      generation: 2,
      previousRevokeAt: "2026-01-08T00:00:00Z",
    }),
    "encrypted.json": exported({ ...dates, rotateAt: secret }, { delete: true }),
    "by-hand.json": exported({ madeByHand: true, keyId: undefined, previousToken: secret }),
  });
  const [plain, encrypted, byHand] = states.map((it) => ("state" in it ? it.state : undefined));
  expect(plain?.keys).toMatchObject([
    {
      urn,
      rotateAt: new Date("2026-02-01T00:00:00Z"),
      overlap: "7d",
      fingerprint: "0123456789abcdef",
      redactedToken: "ab…yz",
      generation: 2,
      previous: { keyId: "key_0", revokeAt: new Date("2026-01-08T00:00:00Z") },
      isReplaced: false,
      encrypted: [],
    },
  ]);
  expect(encrypted?.keys).toMatchObject([
    { rotateAt: undefined, generation: 1, isReplaced: true, encrypted: ["rotateAt"] },
  ]);
  expect([byHand?.keys, byHand?.madeByHand]).toMatchObject([
    [],
    [{ resource: "checkout", isMadeByHand: true, isDamaged: false, previous: { keyId: undefined } }],
  ]);
});
