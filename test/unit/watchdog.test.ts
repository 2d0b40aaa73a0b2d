import type { Settings } from "../../provider/api-key/context";
import { create } from "../../provider/api-key/create";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { clearUp } from "../../provider/watchdog/clear-up";
import { type Expected, heed } from "../../provider/watchdog/expected";
import { sweepAfterDeath } from "../../provider/watchdog/sweep-after-death";
import { startWatchdog } from "../../provider/watchdog/watchdog";
import { completed, messageThrownBy, newInputs, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  inputs = harness.inputs({ uniqueName: name });
});
afterEach(() => harness.close());

let inputs: ApiKeyInputs;
const name = newInputs().uniqueName;

const settings = (): Settings => ({
  apiUrl: harness.url,
  credential: harness.credential,
  accountId: undefined,
  formerApiUrl: undefined,
  requestTimeout: 2_000,
  maxRetries: 0,
  contract: DEFAULT_CONTRACT,
});

describe("the watchdog's journal", () => {
  test("records a creation before its request and drops it once the key is returned", async () => {
    await create(harness.context(), inputs);
    expect(harness.watched).toEqual([`expect ${name}`, `forget ${name}`]);
  });

  test("records each further request", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit", times: 2 });
    await create(harness.context(), inputs);
    expect(harness.watched).toEqual([`expect ${name}`, `expect ${name}`, `expect ${name}`, `forget ${name}`]);
  });

  test("drops a failed creation", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "statusBeforeCommit", status: 400 });
    await messageThrownBy(() => create(harness.context(), inputs));
    expect(harness.watched).toEqual([`expect ${name}`, `forget ${name}`]);
  });

  test("records no update, because its name is already in state", async () => {
    const state: ApiKeyState = { ...inputs, name, pendingAction: "create" };
    await update(harness.context(), state, inputs);
    expect(harness.watched).toEqual([]);
  });

  test("is required: create makes no key without it", async () => {
    const { watchdog, ...rest } = harness.context();
    const context = { ...rest, watchdog: { ...watchdog, expect: async () => "There is no process left" } };
    expect(await messageThrownBy(() => create(context, inputs))).toBe(
      `Could not create the key "${name}": There is no process left. No key was left behind.`,
    );
    expect(await harness.calls()).toEqual(["GET /api/merchant"]);
  });
});

test("a watchdog that cannot start returns an error", async () => {
  const watchdog = startWatchdog("/no/such/folder/main.js");
  expect(await watchdog.expect(settings(), name)).toBe(
    "The watchdog process, which revokes leftover keys of a killed plugin, did not start or has ended; run this again",
  );
  await watchdog.forget(name);
});

describe("the watchdog", () => {
  test("counts the requests of each resource until a message drops it", () => {
    const expected = new Map<string, Expected>();
    const it = { settings: settings() };
    heed(expected, { kind: "expect", uniqueName: "a", ...it });
    heed(expected, { kind: "expect", uniqueName: "b", ...it });
    heed(expected, { kind: "expect", uniqueName: "a", ...it });
    expect([...expected.values()].map(({ uniqueName, posts }) => [uniqueName, posts])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    heed(expected, { kind: "forget", uniqueName: "a" });
    expect([...expected.keys()]).toEqual(["b"]);
  });
});

describe("after its plugin's death, the watchdog", () => {
  const post = (attempt = 1) =>
    harness
      .context()
      .client.createKey({ name: attempt === 1 ? name : `${name}-r${attempt}`, type: "private" });
  const expected = (posts = 1) => ({ uniqueName: name, settings: settings(), posts });
  /** Time that passes only by waiting. @param onPause what happens meanwhile. */
  const host = (onPause: (pause: number) => Promise<unknown> = async () => {}) => {
    let elapsed = 0;
    const pauses: number[] = [];
    return {
      pauses,
      now: () => elapsed,
      async sleep(milliseconds: number) {
        elapsed += milliseconds;
        await onPause(pauses.push(milliseconds));
      },
    };
  };

  test("at once revokes the key that the plugin created, and no other", async () => {
    const other = completed(await create(harness.context(), harness.inputs()));
    await post();
    const it = host();
    await sweepAfterDeath(it, expected());
    await harness.expectOnlyKeysOf(other);
    expect(it.pauses).toEqual([]);
  });

  test("waits for a request that takes effect later", async () => {
    const it = host((pause) => (pause === 3 ? post() : Promise.resolve()));
    await sweepAfterDeath(it, expected());
    expect(await harness.liveKeys()).toEqual([]);
    expect(it.pauses).toEqual([250, 500, 1_000]);
  });

  test("waits for two requests, even if one key appears first", async () => {
    await post();
    const it = host((pause) => (pause === 2 ? post(2) : Promise.resolve()));
    await sweepAfterDeath(it, expected(2));
    expect(await harness.liveKeys()).toEqual([]);
    expect(it.pauses).toEqual([250, 500]);
  });

  test("retries an unreachable PayEngine", async () => {
    await post();
    await harness.control.addFault({
      operation: "listKeys",
      kind: "statusBeforeCommit",
      status: 503,
      times: 2,
    });
    await harness.control.addFault({ operation: "revokeKey", kind: "dropBeforeCommit" });
    const it = host();
    await sweepAfterDeath(it, expected());
    expect(await harness.liveKeys()).toEqual([]);
    expect(it.pauses).toEqual([250, 500, 1_000]);
  });

  test("looks for a request's key for its timeout and a minute", async () => {
    const it = host();
    await sweepAfterDeath(it, expected());
    const waited = it.pauses.reduce((sum, pause) => sum + pause, 0);
    expect(waited).toBeGreaterThanOrEqual(62_000);
    expect(waited).toBeLessThanOrEqual(67_000);
  });

  test("retries PayEngine until it responds if it was unreachable for longer", async () => {
    await post();
    await harness.control.addFault({ operation: "listKeys", kind: "dropBeforeCommit", times: 40 });
    await sweepAfterDeath(host(), expected());
    expect(await harness.liveKeys()).toEqual([]);
  });

  test("uses a revoked credential no longer than a request can take effect", async () => {
    await harness.control.addFault({
      operation: "listKeys",
      kind: "statusBeforeCommit",
      status: 401,
      times: "always",
    });
    const it = host();
    await sweepAfterDeath(it, expected());
    expect(it.pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(67_000);
  });

  test("gives up after PayEngine was unreachable for an hour", async () => {
    await harness.control.addFault({ operation: "listKeys", kind: "dropBeforeCommit", times: "always" });
    const it = host();
    await sweepAfterDeath(it, expected());
    expect(it.pauses.reduce((sum, pause) => sum + pause, 0) / 60_000).toBeCloseTo(61, 0);
  });
});

describe("the watchdog's message after its plugin's death", () => {
  const expected = () => ({ uniqueName: name, settings: settings(), posts: 1 });
  /** @param isLimitOver whether the limit passes before the first look. */
  const clearedUp = async ({ isLimitOver = false } = {}) => {
    const said: string[] = [];
    let elapsed = 0;
    const host = {
      now: () => elapsed,
      async sleep(milliseconds: number) {
        elapsed += milliseconds;
      },
      later(_milliseconds: number, act: () => void) {
        if (isLimitOver) act();
      },
    };
    const output = { say: (line: string) => void said.push(line), letGo: () => void said.push("(lets go)") };
    await clearUp(host, [expected()], output);
    return said;
  };
  const begun =
    `warning: The provider's process ended while it was creating "${name}". The watchdog now looks for keys with that name ` +
    "and revokes them, for at most 67 seconds.";

  test("says that it looks, for how long, and that it has revoked the key", async () => {
    await harness.context().client.createKey({ name, type: "private" });
    expect(await clearedUp()).toEqual([
      begun,
      `The key "${name}" was found and revoked. Run \`pulumi up\` again.`,
    ]);
  });

  test("says that no key was created", async () => {
    expect(await clearedUp()).toEqual([begun, `No key "${name}" was created. Run \`pulumi up\` again.`]);
  });

  test("says why it could not look", async () => {
    const refused = { kind: "statusBeforeCommit", status: 401, times: "always" } as const;
    await harness.control.addFault({ operation: "listKeys", ...refused });
    const [, line = ""] = await clearedUp();
    expect(line).toMatch(
      /^error: The watchdog could not look for the key ".*": .*401.*\. If PayEngine's dashboard /s,
    );
    expect(line).toMatch(/ shows a key with that name, revoke it there\.$/);
  });

  test("says what is left to do when its time is over, before it releases the output", async () => {
    const [, unfinishedYet, letsGo] = await clearedUp({ isLimitOver: true });
    expect(unfinishedYet).toBe(
      `warning: The watchdog has not finished with "${name}" and continues in the background. If a container ends with ` +
        "this command, look for keys with that name in PayEngine's dashboard and revoke them there.",
    );
    expect(letsGo).toBe("(lets go)");
  });
});
