import { useFixture } from "../e2e/harness/fixture";
import { skewedClock } from "../e2e/harness/skewed-clock";
import { linesOf, payengine } from "./command";
import {
  changeState,
  creating,
  longAgo,
  placeOf,
  plantKey,
  provider,
  root,
  storedKey,
} from "./planted-state";

const given = useFixture();

const NAME = "shop-dev-web-0123456789";
const TEN_MINUTES = 600_000;
const DAY = 86_400_000;

/** A stack whose state was just written by an `up` that is still creating a key, without a visible lock. */
async function projectInUse() {
  const project = await given.fixture.project({});
  await changeState(project, (state) => {
    state.manifest.time = new Date().toISOString();
    state.resources = [root("dev"), provider("dev")];
    state.pending_operations = [creating(storedKey(provider("dev"), "web", NAME), placeOf(given.fixture))];
  });
  await plantKey(given.fixture, NAME);
  return project;
}

const live = async () => (await given.fixture.liveKeys()).map(({ name }) => name);

test("orphans on a machine ten minutes ahead keeps the key of a running up, and warns", async () => {
  const project = await projectInUse();
  const { exitCode, stderr, stdout } = await payengine(project, ["orphans", "--revoke", "--yes"], {
    env: skewedClock(TEN_MINUTES),
  });
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(
    /^warning: This machine's clock is 10 minutes ahead of PayEngine's: .* Set the clock/,
  );
  expect(stdout).toContain("An operation may still be running until");
  expect(await live()).toEqual([NAME]);
  for (const { id } of await given.fixture.liveKeys()) given.fixture.leftAlive.add(id);
});

test("orphans on a machine a day behind does not wait for an operation that ended long ago", async () => {
  const project = await projectInUse();
  await changeState(project, (state) => {
    state.manifest.time = longAgo();
  });
  const { exitCode, stdout } = await payengine(project, ["orphans", "--revoke", "--yes"], {
    env: skewedClock(-DAY),
  });
  expect([exitCode, linesOf(stdout).slice(-2)]).toEqual([
    0,
    ["Revoked 1 of 1 key.", "Cleared 1 pending operation."],
  ]);
  expect(await live()).toEqual([]);
});

test("orphans under a restored old state does not revoke the key of a later rotation that is in use", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  const first = await plantKey(fixture, NAME, "private");
  const second = await plantKey(fixture, `${NAME}-g2`, "private");
  for (const { outputs } of [first, second]) fixture.inTheClear.add(String(outputs.token));
  await changeState(project, (state) => {
    state.manifest.time = longAgo();
    state.resources = [root("dev"), provider("dev"), storedKey(provider("dev"), "web", NAME, first.outputs)];
  });
  await fixture.control.advanceClock(DAY);
  await fixture.authenticates(String(second.outputs.token));
  const { exitCode, stdout } = await payengine(project, ["orphans", "--revoke", "--yes", "--min-age", "0s"]);
  expect(exitCode).toBe(2);
  expect(stdout).toContain(`Not revoked: web: "${NAME}-g2" (${second.id}) was used at`);
  expect(stdout).toContain("restore the latest state");
  expect((await live()).sort()).toEqual([NAME, `${NAME}-g2`]);
  fixture.leftAlive.add(second.id);
});
