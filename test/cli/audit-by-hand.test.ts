import { openStack, revokeOrphans } from "../../recovery";
import { startingWith } from "../abridged";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine } from "./command";
import { keyNameOf } from "./one-key-project";
import {
  changeState,
  creating,
  placeOf,
  plantKey,
  provider,
  root,
  type StoredState,
  storedKey,
} from "./planted-state";

const given = useFixture();

/** A stack whose account lets only people create keys, unless config says otherwise. */
async function dashboardProject(change: (state: StoredState) => void, contract = "dashboard") {
  const { fixture } = given;
  const project = await fixture.project({
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:contract": contract },
  });
  await changeState(project, (state) => {
    state.resources = [root("dev"), provider("dev")];
    change(state);
  });
  return project;
}

/** A private key from the dashboard in state: its ID is unknown. */
async function handMade(fixture: Fixture, resource: string, digit: number) {
  const made = await plantKey(fixture, `the ${resource} key`, "private");
  fixture.leftAlive.add(made.id);
  fixture.inTheClear.add(String(made.outputs.token));
  const outputs = { ...made.outputs, keyId: undefined, createdAt: undefined, madeByHand: true };
  return storedKey(provider("dev"), resource, keyNameOf(resource, digit), outputs);
}

const AUDIT = ["audit", "--min-age", "0s"];
const NO_LIST = 'payengine:contract is "dashboard", so no request lists the keys of its account';
const NOT_LOOKED = "No account was checked, so it is unknown whether the keys of dev work.";
const MADE_BY_HAND =
  "Not audited: web of dev: created by hand: no request can check whether it works; revoke it in PayEngine's dashboard when you no longer need it";

test("audit names keys created by hand, does not count them and exits with 0", async () => {
  const { fixture } = given;
  const resource = await handMade(fixture, "web", 1);
  const project = await dashboardProject(({ resources }) => resources?.push(resource));
  await fixture.control.clearRequests();
  const { exitCode, stdout, stderr } = await payengine(project, AUDIT);
  expect([exitCode, linesOf(stdout), stderr]).toEqual([
    0,
    [MADE_BY_HAND, `Not audited: the default provider of dev: ${NO_LIST}`, NOT_LOOKED],
    "",
  ]);
  expect(await fixture.control.requests()).toEqual([]);
  const orphans = await payengine(project, ["orphans", "--min-age", "0s"]);
  expect([orphans.exitCode, orphans.stdout]).toEqual([0, "Found no orphaned keys of stack dev.\n"]);
});

test("audit reports a key created by hand as neither damaged nor gone nor orphaned beside other keys", async () => {
  const { fixture } = given;
  const resource = await handMade(fixture, "web", 1);
  const other = await plantKey(fixture, keyNameOf("api", 2));
  const project = await dashboardProject(
    ({ resources }) =>
      resources?.push(resource, storedKey(provider("dev"), "api", keyNameOf("api", 2), other.outputs)),
    "{}",
  );
  const { exitCode, stdout } = await payengine(project, AUDIT);
  expect([exitCode, linesOf(stdout)]).toEqual([
    0,
    [MADE_BY_HAND, "Account at <address>/api: 3 live keys, 2 foreign", "Keys of dev: 1 managed"],
  ]);
});

test('audit and orphans say once that they cannot check keys under the contract "dashboard"', async () => {
  const { fixture } = given;
  const made = [await plantKey(fixture, keyNameOf("web", 1)), await plantKey(fixture, keyNameOf("api", 2))];
  const project = await dashboardProject(({ resources }) =>
    resources?.push(
      storedKey(provider("dev"), "web", keyNameOf("web", 1), made[0]?.outputs),
      storedKey(provider("dev"), "api", keyNameOf("api", 2), made[1]?.outputs),
    ),
  );
  const audit = await payengine(project, AUDIT);
  expect([audit.exitCode, linesOf(audit.stdout)]).toEqual([
    2,
    [
      `Not checked: web of dev, api of dev: ${NO_LIST}; look for its key by name in PayEngine's dashboard`,
      NOT_LOOKED,
    ],
  ]);
  const orphans = await payengine(project, ["orphans", "--min-age", "0s"]);
  expect([orphans.exitCode, linesOf(orphans.stdout)]).toEqual([
    2,
    [
      startingWith(`Not checked: web, api: ${NO_LIST}`),
      "Could not check whether stack dev has orphaned keys.",
    ],
  ]);
});

test("orphans clears the pending creation of a key created by hand without asking PayEngine", async () => {
  const { fixture } = given;
  const pending = creating(storedKey(provider("dev"), "web", keyNameOf("web", 1)), {
    ...placeOf(fixture),
    madeByHand: true,
  });
  const project = await dashboardProject((state) => {
    state.manifest.time = new Date().toISOString();
    state.pending_operations = [pending];
  });
  await fixture.control.clearRequests();
  const { exitCode, stdout } = await payengine(project, ["orphans", "--revoke", "--yes"]);
  expect([exitCode, linesOf(stdout)]).toEqual([
    0,
    [
      "Found no orphaned keys of stack dev.",
      "Pending operations (--revoke clears them):",
      "  creating urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::web",
      "Revoked 0 of 0 keys.",
      "Cleared 1 pending operation.",
    ],
  ]);
  expect(await fixture.control.requests()).toEqual([]);
});

test("the pending creation of a key created by hand does not stop orphans from clearing others", async () => {
  const { fixture } = given;
  const byHand = storedKey(provider("dev"), "hand", keyNameOf("hand", 1));
  const byCall = storedKey(provider("dev"), "web", keyNameOf("web", 2));
  const project = await dashboardProject((state) => {
    state.pending_operations = [
      creating(byHand, { ...placeOf(fixture), madeByHand: true }),
      creating(byCall, placeOf(fixture)),
    ];
  }, "{}");
  const { id } = await plantKey(fixture, keyNameOf("web", 2));
  const stack = await openStack({ cwd: project.folder, env: project.env });
  const { revoked, clearedPending } = await revokeOrphans(stack, { minAge: 0 });
  expect([revoked, clearedPending]).toEqual([[id], true]);
});
