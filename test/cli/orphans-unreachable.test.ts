import { abridged, startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine } from "./command";
import { changeState, creating, placeOf, plantKey, provider, root, storedKey } from "./planted-state";

const given = useFixture();

const REVOKE = ["orphans", "--revoke", "--yes", "--min-age", "0s"];
const UNKNOWN = "Could not check whether stack dev has orphaned keys.";
const OPERATION = "  creating urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::web";

/** A stack with one creation pending in the account of the stack's config. */
async function projectWithPending(name = "shop-dev-web-0123456789") {
  const project = await given.fixture.project({});
  const at = provider("dev");
  await changeState(project, (state) => {
    state.resources = [root("dev"), at];
    state.pending_operations = [creating(storedKey(at, "web", name), placeOf(given.fixture))];
  });
  return project;
}

test("pending operations stay in state while PayEngine is unreachable or refuses to revoke", async () => {
  const { fixture } = given;
  const project = await projectWithPending();
  await plantKey(fixture, "shop-dev-web-0123456789");
  const env = { PAYENGINE_API_KEY: "f".repeat(108) };
  const unknown = await payengine(project, REVOKE, { env });
  expect([unknown.exitCode, linesOf(unknown.stdout)]).toEqual([
    2,
    [
      abridged("Not checked: web: PayEngine returned 401", "Set payengine:apiKey or PAYENGINE_API_KEY", ""),
      UNKNOWN,
      "Pending operations (kept in state: web could not be checked; fix the problem above, then run this again):",
      OPERATION,
      "Revoked 0 of 0 keys.",
    ],
  ]);

  await project.ok("config", "set", "payengine:maxRetries", "0");
  await fixture.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 500 });
  const refused = await payengine(project, REVOKE);
  expect([refused.exitCode, linesOf(refused.stdout).slice(2)]).toEqual([
    2,
    [
      "Pending operations (--revoke clears them):",
      OPERATION,
      "Revoked 0 of 1 key.",
      "Could not revoke <id>: PayEngine returned 500 for DELETE <address>/api/api-keys/<id>: Status 500, as asked for by a fault",
    ],
  ]);
  expect((await project.deployment()).pending_operations).toHaveLength(1);

  const url = fixture.sandbox.url;
  await project.ok("config", "set", "payengine:apiUrl", "http://127.0.0.1:1/api");
  await project.ok("config", "set", "payengine:formerApiUrl", url);
  const unreachable = await payengine(project, REVOKE);
  expect([unreachable.exitCode, linesOf(unreachable.stdout).slice(0, 2)]).toEqual([
    2,
    [startingWith("Not checked: web: PayEngine refused the connection"), UNKNOWN],
  ]);
  await project.ok("config", "set", "payengine:apiUrl", url);
  expect((await payengine(project, REVOKE)).exitCode).toBe(0);
});

test("a credential in the environment finds and revokes without a passphrase, and clearing asks for it", async () => {
  const { fixture } = given;
  const project = await projectWithPending();
  await plantKey(fixture, "shop-dev-web-0123456789");
  const without = ["PULUMI_CONFIG_PASSPHRASE"];
  const missing = await payengine(project, REVOKE, { without });
  expect([missing.exitCode, linesOf(missing.stdout).slice(0, 2)]).toEqual([
    2,
    [abridged("Not checked: web: `pulumi config ", "PULUMI_CONFIG_PASSPHRASE", ""), UNKNOWN],
  ]);
  const { exitCode, stdout } = await payengine(project, REVOKE, {
    without,
    env: { PAYENGINE_API_KEY: fixture.credential },
  });
  expect([exitCode, linesOf(stdout).slice(-2)]).toEqual([
    2,
    [
      "Revoked 1 of 1 key.",
      expect.stringMatching(
        /^Could not clear 1 pending operation: `pulumi refresh .*` failed: .*passphrase must be set/,
      ),
    ],
  ]);
  expect((await project.deployment()).pending_operations).toHaveLength(1);
});

test("a listed key whose revocation gets 404 does not count as revoked", async () => {
  const { fixture } = given;
  const project = await projectWithPending();
  await plantKey(fixture, "shop-dev-web-0123456789");
  await fixture.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 404 });
  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout).slice(-2)]).toEqual([
    2,
    [
      "Revoked 0 of 1 key.",
      abridged("Could not revoke <id>: ", "as active but cannot find it to revoke it", ""),
    ],
  ]);
  expect((await project.deployment()).pending_operations).toHaveLength(1);
  expect((await payengine(project, REVOKE)).exitCode).toBe(0);
});
