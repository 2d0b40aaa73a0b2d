import type { FaultInput } from "payengine-sandbox";
import type { Settings } from "../../provider/api-key/context";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { abridged } from "../abridged";
import { completed, messageThrownBy, SandboxHarness, thrownBy } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(() => harness.close());

const rotation = (leak: number) => ({ rotation: { triggers: { leak }, overlap: "7d" } });

/** A key older than a minute, which a rotation waits for. */
async function made(type: string): Promise<{ state: ApiKeyState; due: ApiKeyInputs }> {
  const inputs = harness.inputs({ type, ...rotation(0) });
  const state = completed(await create(harness.context(), inputs));
  await harness.advance(61_000);
  await harness.control.clearRequests();
  return { state, due: { ...inputs, ...rotation(1) } };
}

/** Every key of every account, and whether it is revoked. */
async function allKeys(): Promise<string[]> {
  return (await harness.control.keys()).map(({ id, status }) => `${id} ${status}`);
}

const foreign = async () => (await harness.control.newCredential("production", "Admin")).key;

/** Outages in which a proxy responds instead of PayEngine. */
const outages: Record<string, FaultInput> = {
  "401 to every credential": {
    operation: "any",
    kind: "statusBeforeCommit",
    status: 401,
    message: "E121: Invalid API key",
  },
  "401 without a code": {
    operation: "any",
    kind: "statusBeforeCommit",
    status: 401,
    message: "Unauthenticated",
  },
  "401 in the other form": { operation: "any", kind: "statusBeforeCommit", status: 401, body: "success" },
  "a proxy's 401": { operation: "any", kind: "statusBeforeCommit", status: 401, body: "html" },
  "404 for everything": { operation: "any", kind: "statusBeforeCommit", status: 404 },
  "a proxy's 404": { operation: "any", kind: "statusBeforeCommit", status: 404, body: "html" },
  "a maintenance page with 503": { operation: "any", kind: "statusBeforeCommit", status: 503, body: "html" },
  "a maintenance page with 200": { operation: "any", kind: "html200", commit: false },
};

/** Responses that look like a completed revocation. */
const quietOutages: Record<string, FaultInput> = {
  "an empty answer": { operation: "any", kind: "statusBeforeCommit", status: 200, body: "empty" },
  "JSON of something else": { operation: "any", kind: "unreadable" },
};

/** Applies from then on. */
async function strike(fault: FaultInput, skip: number): Promise<void> {
  await harness.control.clearFaults();
  await harness.control.addFault({ ...fault, skip, times: "always" });
}

/** More requests than any of these operations sends. */
const MOST_CALLS = 9;

describe.each(Object.entries({ ...outages, ...quietOutages }))(
  "an outage (%s) from any request on",
  (_outage, fault) => {
    test.each(["private", "public"])("keeps an active %s key in state", async (type) => {
      const { state } = await made(type);
      const others: Partial<Settings>[] = [{}, { credential: await foreign() }];
      for (const settings of others) {
        for (let skip = 0; skip < MOST_CALLS; skip++) {
          await strike(fault, skip);
          const kept = await read(harness.context(settings), state).catch((error: Error) => error.name);
          expect([state, "KeyError"]).toContainEqual(kept);
        }
      }
      await harness.control.clearFaults();
      await harness.expectOnlyKeysOf(state);
    });

    test("keeps a private key in state that works although PayEngine does not find it", async () => {
      const { state } = await made("private");
      await harness.control.setLag({ listMs: 600_000, getMs: 600_000 });
      for (let skip = 0; skip < MOST_CALLS; skip++) {
        await strike(fault, skip);
        expect(await thrownBy(() => read(harness.context(), state))).toMatchObject({ name: "KeyError" });
      }
    });
  },
);

describe.each(Object.entries(outages))("an outage (%s) from any request of a delete on", (_outage, fault) => {
  test.each(["private", "public"])("does not make an active %s key count as revoked", async (type) => {
    const credential = await foreign();
    for (let skip = 0; skip < MOST_CALLS; skip++) {
      const { state } = await made(type);
      await strike(fault, skip);
      expect(await thrownBy(() => revokeAll(harness.context({ credential }), state))).toMatchObject({
        name: "KeyError",
      });
      await strike(fault, skip);
      const error = await revokeAll(harness.context(), state).catch((thrown: Error) => thrown);
      const isLive = (await harness.liveKeys()).some(({ id }) => id === state.keyId);
      if (isLive) expect(error).toMatchObject({ name: "KeyError" });
      await harness.control.clearFaults();
    }
  });
});

test("an outage between the two tests of the credential proves nothing about the key", async () => {
  const { state } = await made("private");
  await harness.control.revokeKey(state.keyId ?? "");
  // After the read by id, the list and the credential, every request gets 401.
  const fault = { kind: "statusBeforeCommit", status: 401, message: "E121: Invalid API key" } as const;
  await harness.control.addFault({ operation: "any", ...fault, skip: 3, times: "always" });
  const unclear =
    "PayEngine returns 401 for the credential too, so the key's status is unknown; try again when the credential works.";
  expect(await messageThrownBy(() => read(harness.context(), state))).toBe(
    `Could not read the key "${state.name}" (${state.keyId}): ${unclear} State is unchanged.`,
  );
  await harness.control.clearFaults();
  expect(await read(harness.context(), state)).toBeUndefined();
});

test("a value that gets 403 instead of 401 after its revocation is never proven to be gone", async () => {
  await harness.control.setDialect({ revokedValue: 403 });
  const { state } = await made("private");
  await harness.control.revokeKey(state.keyId ?? "");
  expect(await messageThrownBy(() => read(harness.context(), state))).toContain(
    "but still accepts its value",
  );
});

describe.each(["private", "public"])("for a %s key", (type) => {
  const operations = (state: ApiKeyState, due: ApiKeyInputs) => ({
    read: (settings: Partial<Settings>) => read(harness.context(settings), state),
    delete: (settings: Partial<Settings>) => revokeAll(harness.context(settings), state),
    "rotating update": (settings: Partial<Settings>) => update(harness.context(settings), state, due),
    update: (settings: Partial<Settings>) =>
      update(harness.context(settings), state, { ...due, ...rotation(0) }),
  });

  test("no credential sends anything to another address", async () => {
    const { state, due } = await made(type);
    const elsewhere = await SandboxHarness.open();
    try {
      for (const [name, run] of Object.entries(operations(state, due))) {
        for (const { credential } of [harness, elsewhere]) {
          expect([name, await messageThrownBy(() => run({ apiUrl: elsewhere.url, credential }))]).toEqual([
            name,
            expect.stringContaining(`was created at ${harness.url}. Nothing was sent.`),
          ]);
        }
      }
      expect(await elsewhere.calls()).toEqual([]);
      expect(await harness.calls()).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  test("a key created at the default address is not looked for at another", async () => {
    const { state, due } = await made(type);
    const { apiUrl: _, ...own } = state;
    for (const run of Object.values(operations(own, due)))
      expect(await messageThrownBy(() => run({}))).toContain(
        "was created at https://console.payengine.co/api.",
      );
    expect(await harness.calls()).toEqual([]);
  });

  test("formerApiUrl moves the key along with a console that has moved", async () => {
    const { state, due } = await made(type);
    const moved = { apiUrl: harness.url.replace("127.0.0.1", "localhost"), formerApiUrl: harness.url };
    expect(await messageThrownBy(() => read(harness.context({ apiUrl: moved.apiUrl }), state))).toContain(
      "was created at",
    );
    expect(await read(harness.context(moved), state)).toEqual(state);
    const asked = { ...due, ...rotation(0), apiUrl: moved.apiUrl };
    const there = completed(await update(harness.context(moved), state, asked));
    expect(there).toEqual({ ...state, apiUrl: moved.apiUrl });
    await harness.expectOnlyKeysOf(
      completed(await update(harness.context(moved), there, { ...asked, ...rotation(1) })),
    );
  });

  test("a key that is gone at a moved console is gone for the credential that created it", async () => {
    const { state } = await made(type);
    await harness.control.revokeKey(state.keyId ?? "");
    const moved = { apiUrl: harness.url.replace("127.0.0.1", "localhost"), formerApiUrl: harness.url };
    expect(await read(harness.context(moved), state)).toBeUndefined();
    await revokeAll(harness.context(moved), state);
  });

  test("another account's credential changes nothing and posts nothing", async () => {
    const { state, due } = await made(type);
    const credential = await foreign();
    const before = await allKeys();
    const run = operations(state, due);
    const own =
      type === "private"
        ? "the credential belongs to another account"
        : "nothing proves that the credential belongs to the";
    expect(await messageThrownBy(() => run.read({ credential }))).toContain(own);
    expect(await messageThrownBy(() => run.delete({ credential }))).toContain(own);
    expect(await messageThrownBy(() => run["rotating update"]({ credential }))).toEqual(
      abridged(
        `Could not look for leftover keys of an interrupted rotation of "${state.name}": `,
        own,
        "The key in use is unchanged: run `pulumi up` again.",
      ),
    );
    expect(await allKeys()).toEqual(before);
    expect((await harness.calls()).filter((call) => call.startsWith("POST"))).toEqual([]);
    await harness.expectOnlyKeysOf(state);
  });

  test("another account's credential neither revokes leftover keys of an unfinished creation nor completes it", async () => {
    const { state, due } = await made(type);
    const { token: _, ...unfinished } = state;
    const credential = await foreign();
    const before = await allKeys();
    expect(await messageThrownBy(() => update(harness.context({ credential }), unfinished, due))).toContain(
      "nothing proves that the credential belongs to the",
    );
    expect(await messageThrownBy(() => revokeAll(harness.context({ credential }), unfinished))).toContain(
      "nothing proves that the credential belongs to the",
    );
    expect(await allKeys()).toEqual(before);
  });
});
