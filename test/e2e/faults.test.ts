import type { FaultInput } from "payengine-sandbox";
import { useFixture } from "./harness/fixture";
import { later } from "./harness/later";
import { until } from "./harness/processes";

const given = useFixture();

/** Held until it is released, so the key is created after the `up` has ended. */
const SLOW_MS = 600_000;

/** By resource: the fault of its first request, and how the same `up` ends for it. */
const FAULTS: Record<string, { fault: Partial<FaultInput>; mark?: "-r2"; pendingAction?: "reconcile" }> = {
  untouched: { fault: { kind: "delay" } },
  dropped: { fault: { kind: "dropAfterCommit" }, mark: "-r2" },
  status500: { fault: { kind: "statusAfterCommit", status: 500 }, mark: "-r2" },
  status502: { fault: { kind: "statusAfterCommit", status: 502, body: "html" }, mark: "-r2" },
  status503: { fault: { kind: "statusAfterCommit", status: 503, body: "empty" }, mark: "-r2" },
  truncated: { fault: { kind: "truncatedBody" }, mark: "-r2" },
  valueless: { fault: { kind: "valueMissing" }, mark: "-r2" },
  limited: { fault: { kind: "rateLimit", retryAfter: 1 } },
  limitedsilently: { fault: { kind: "rateLimit" } },
  // These two look like a request that takes effect later.
  unsent: { fault: { kind: "dropBeforeCommit" }, mark: "-r2", pendingAction: "reconcile" },
  slow: { fault: { kind: "delay", beforeCommitMs: SLOW_MS }, mark: "-r2", pendingAction: "reconcile" },
};

test("the same up or the next one recovers from each fault of a creation", async () => {
  const { fixture } = given;
  for (const [name, { fault }] of Object.entries(FAULTS))
    await fixture.control.addFault({ operation: "createKey", keyName: `-${name}-`, ...fault } as FaultInput);
  const names = Object.keys(FAULTS);
  const project = await fixture.project({
    program: `for (const name of ${JSON.stringify(names)}) new payengine.ApiKey(name, { type: "private" });`,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:requestTimeout": "8s" },
  });
  await project.up();
  expect((await fixture.control.faults()).map(({ hits }) => hits)).toEqual(names.map(() => 1));
  const made = await project.keys();
  const ends = made.map(({ resource, name, pendingAction }) => [
    resource,
    /-r\d+$/.exec(name)?.[0],
    pendingAction,
  ]);
  expect(Object.fromEntries(ends.map(([name, ...end]) => [name, end]))).toEqual(
    Object.fromEntries(
      Object.entries(FAULTS).map(([name, { mark, pendingAction }]) => [name, [mark, pendingAction]]),
    ),
  );

  // The slow request takes effect after all.
  await fixture.control.release();
  const tokens = made.map(({ token }) => token);
  await until(
    "the late key is there",
    async () => (await fixture.liveKeys()).length > names.length || undefined,
  );
  await project.up();
  expect(await fixture.liveKeys()).toHaveLength(names.length);
  await later(project, () => project.up());
  const reconciled = await project.keys();
  expect(reconciled.map(({ pendingAction }) => pendingAction)).toEqual(names.map(() => undefined));
  expect(reconciled.map(({ token }) => token)).toEqual(tokens);
  await project.up("--expect-no-changes");
});

test("an up revokes the orphan as soon as a lagging list shows it", async () => {
  const { fixture } = given;
  await fixture.control.setLag({ listMs: 60_000 });
  await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  await project.up();
  const { name, token, pendingAction } = await project.key("checkout");
  expect(pendingAction).toBe("reconcile");
  expect(await fixture.liveKeys()).toHaveLength(2);
  await fixture.control.advanceClock(61_000);
  await project.up();
  expect(await project.key("checkout")).toMatchObject({ name, token, pendingAction: undefined });
});

test("verify: false keeps a new key that does not work yet but works later", async () => {
  const { fixture } = given;
  await fixture.control.setLag({ newKeyUnusableMs: 60_000, getMs: 60_000, listMs: 60_000 });
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private", verify: false });`,
  });
  await project.up();
  const { token = "" } = await project.key("checkout");
  expect(await fixture.authenticates(token)).toBe(false);
  await project.up("--expect-no-changes");
  await fixture.control.advanceClock(61_000);
  expect(await fixture.authenticates(token)).toBe(true);
  await project.refresh("--expect-no-changes");
});

test.each(["revoked credential", "lost role"])("up recovers from a %s during a creation", async (what) => {
  const { fixture } = given;
  const { key, keyId, userId } = await fixture.newCredential("sandbox", "Developer");
  const takeRight = () =>
    what === "lost role" ? fixture.control.setRole(userId, "User") : fixture.control.revokeKey(keyId);
  await fixture.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 3_000 });
  await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    secrets: { "payengine:apiKey": key },
  });
  const failing = project.fails("up", "--skip-preview");
  await until("the key is made", async () => (await fixture.liveKeys()).length > 0 || undefined);
  await takeRight();
  const { stdout } = await failing;
  expect(stdout).toContain(`PayEngine returned ${what === "lost role" ? 403 : 401}`);
  expect(stdout).toContain("A key with that name may still be active");
  expect(await project.key("checkout")).toMatchObject({ pendingAction: "create", token: undefined });

  project.env.PAYENGINE_API_KEY = fixture.credential;
  await project.up();
  expect(await fixture.liveKeys()).toHaveLength(1);
});

test("two concurrent ups of two stacks with lost responses change only their own keys", async () => {
  const { fixture } = given;
  const program = `for (const name of ["a", "b"]) new payengine.ApiKey(name, { type: "private" });`;
  const dev = await fixture.project({ program });
  const prod = await fixture.project({
    program,
    stack: "prod",
    env: { PULUMI_BACKEND_URL: dev.env.PULUMI_BACKEND_URL },
  });
  await fixture.control.addFault({ operation: "createKey", kind: "delay", times: 4, beforeCommitMs: 1_000 });
  for (const keyName of ["dev-a-", "dev-b-", "prod-a-"])
    await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit", keyName });
  await Promise.all([dev.up(), prod.up()]);
  expect(await fixture.liveKeys()).toHaveLength(4);
  await Promise.all([dev.destroy(), prod.up("--expect-no-changes")]);
  expect((await fixture.liveKeys()).map(({ name }) => name.slice(0, 9))).toEqual(["shop-prod", "shop-prod"]);
});
