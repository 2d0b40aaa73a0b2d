import { apiKeyProvider } from "../../provider/adapter";
import { SandboxHarness } from "../sandbox-harness";

/*
 * The adapter with the lifecycle's results, in this process. test/plugin runs the same over gRPC, like Pulumi.
 */

const PROGRAM = { type: "private", defaultNamePrefix: "shop-dev-checkout", __provider: "text" };

let harness: SandboxHarness;
let warnings: string[];
beforeEach(async () => {
  harness = await SandboxHarness.open();
  warnings = [];
});
afterEach(() => harness.close());

async function provider() {
  const it = apiKeyProvider({
    env: {},
    engine: { isGone: async () => false, onGone: () => {} },
    watchdog: { getReady: () => {}, expect: async () => undefined, forget: async () => {}, letGo: () => {} },
    now: harness.now,
    sleep: async () => {},
    exit: () => {},
    warn: (line) => void (line.startsWith("warning") && warnings.push(line)),
  });
  const values: Record<string, string> = {
    "payengine:apiUrl": harness.url,
    "payengine:apiKey": harness.credential,
  };
  await it.configure({ config: { get: (key: string) => values[key] } } as never);
  return it;
}

async function checked(it: Awaited<ReturnType<typeof provider>>, digits: string, more: object = {}) {
  const { inputs, failures } = await it.check({}, { ...PROGRAM, digits, ...more });
  expect(failures).toEqual([]);
  return { ...inputs, __provider: PROGRAM.__provider };
}

/** A wire secret as state holds it. */
const stored = (outputs: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, Object(value).value ?? value]));

test("a process warns once if its clock differs from PayEngine's by more than a minute, with both times and the fix", async () => {
  harness.skewMs = 10 * 60_000;
  const it = await provider();
  await it.create(await checked(it, "0123456789"));
  await it.create(await checked(it, "9876543210"));
  const time = "\\d{4}-\\d{2}-\\d{2}T[\\d:.]+Z";
  expect(warnings).toEqual([
    expect.stringMatching(
      new RegExp(
        `^warning: This machine's clock is 10 minutes ahead of PayEngine's: ${time} here, ${time} there\\. Actions that ` +
          "are due only by this machine's clock are skipped\\. Set the clock, for example with `timedatectl set-ntp true`\\.$",
      ),
    ),
  ]);
});

test("a key with overlap 0s is replaced only once that is due by PayEngine's clock", async () => {
  const rotation = { period: "30d", overlap: "0s" };
  const first = await provider();
  const olds = await checked(first, "0123456789", { rotation });
  const { id, outs } = await first.create(olds);
  const state = { ...stored(outs), __provider: PROGRAM.__provider };

  const replaced = async (digits: string) => {
    const it = await provider();
    const program = { ...PROGRAM, rotation, digits };
    const { inputs } = await it.check(olds, program);
    expect(await it.diff(id, state, inputs)).toMatchObject({ replaces: ["rotateAt"] });
    return it.create(await checked(it, digits, { rotation }));
  };
  harness.skewMs = 365 * 86_400_000;
  await expect(replaced("1111111111")).rejects.toThrow(
    `The key "${id}" was not replaced: by PayEngine's clock, the rotation is not due before ${outs.rotateAt}, so this ` +
      "machine's clock is wrong. Set the clock. No key was created. Run `pulumi up` again.",
  );
  expect(await harness.liveKeys()).toHaveLength(1);
  harness.skewMs = 0;
  await harness.advance(31 * 86_400_000);
  expect((await replaced("2222222222")).id).toBe("shop-dev-checkout-2222222222");
});

test("a process does not warn if its clock is within a minute of PayEngine's", async () => {
  harness.skewMs = -50_000;
  const it = await provider();
  await it.create(await checked(it, "0123456789"));
  expect(warnings).toEqual([]);
});

test("a key is created, compared, read, updated and revoked", async () => {
  const it = await provider();
  const inputs = await checked(it, "0123456789");
  const { id, outs } = await it.create(inputs);
  expect(id).toBe("shop-dev-checkout-0123456789");
  expect(outs).toMatchObject({ schemaVersion: "0.1.0", token: { value: expect.any(String) } });
  const state = { ...stored(outs), __provider: PROGRAM.__provider };
  const unchanged = { changes: false, replaces: [], deleteBeforeReplace: false };
  expect(await it.diff(id, state, inputs)).toEqual(unchanged);
  expect(await it.diff(id, state, { ...inputs, __provider: "another" })).toMatchObject({ changes: true });
  expect(await it.read(id, state)).toMatchObject({ id, props: { keyId: outs.keyId } });
  const updated = await it.update(id, state, { ...inputs, verify: false });
  expect(stored(updated.outs)).toMatchObject({ keyId: outs.keyId, verify: false });
  await it.delete(id, state);
  expect(await harness.liveKeys()).toEqual([]);
});

test("a process in which one creation failed revokes no other key", async () => {
  const it = await provider();
  const { id, outs } = await it.create(await checked(it, "0123456789"));
  await harness.control.addFault({ operation: "createKey", kind: "statusBeforeCommit", status: 400 });
  await expect(it.create(await checked(it, "9876543210"))).rejects.toThrow("Could not create the key");
  await expect(it.delete(id, stored(outs))).rejects.toThrow("was not revoked in this run");
  expect(await harness.liveKeys()).toHaveLength(1);
});

test("a creation whose outcome is unknown is a partial success without a token", async () => {
  const it = await provider();
  const inputs = await checked(it, "0123456789");
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await harness.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 503,
    times: "always",
  });
  await expect(it.create(inputs)).rejects.toMatchObject({
    id: "shop-dev-checkout-0123456789",
    properties: { pendingAction: "create", __provider: PROGRAM.__provider },
  });
});

test("a key is adopted once, even by two concurrent resources, and can be adopted after a failure", async () => {
  const it = await provider();
  const made = await harness.context().client.createKey({ name: "by hand", type: "private" });
  const adopt = { keyId: made.id, token: made.value };
  const inputs = await checked(it, "0123456789", { adopt });
  await harness.control.addFault({ operation: "getKey", kind: "statusBeforeCommit", status: 403 });
  await expect(it.create(inputs)).rejects.toThrow("Could not adopt the key");
  const running = [it.create(inputs), it.create(inputs)];
  expect((await Promise.allSettled(running)).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect((await running[0])?.outs).toMatchObject({ keyId: made.id, adoptedKeyId: made.id });
  const again = await checked(it, "9876543210", { adopt });
  await expect(it.create(again)).rejects.toThrow("another resource of this program has adopted it");
});

test("a missing credential creates nothing", async () => {
  const it = await provider();
  const inputs = await checked(it, "0123456789");
  await it.configure({ config: { get: () => undefined } } as never);
  await expect(it.create(inputs)).rejects.toThrow("payengine:apiKey is not set");
  expect(await harness.liveKeys()).toEqual([]);
});

test("a public key is read by its id without a warning about its address", async () => {
  const it = await provider();
  const { id, outs } = await it.create(await checked(it, "0123456789", { type: "public" }));
  expect(outs.token).toEqual(expect.any(String));
  expect((await it.read(id, outs)).id).toBe(id);
  expect(warnings).toEqual([]);
});
