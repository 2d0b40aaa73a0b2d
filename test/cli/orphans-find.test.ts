import { join } from "node:path";
import { ACCOUNT_IDS } from "payengine-sandbox";
import { startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine } from "./command";
import { keyNameOf, projectWithKey } from "./one-key-project";
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

const FIND = ["orphans", "--min-age", "0s"];
const NONE = "Found no orphaned keys of stack dev.";

test("orphans lists and revokes nothing with the credential of another account than the one in state", async () => {
  const { fixture } = given;
  const { project } = await projectWithKey(fixture);
  await changeState(project, ({ resources = [] }) => {
    Object.assign(resources[2].outputs ?? {}, { accountId: ACCOUNT_IDS.sandbox });
  });
  const { key: elsewhere } = await fixture.newCredential("production", "Admin");
  const orphan = `${keyNameOf("web", 1)}-r2`;
  fixture.leftAlive.add((await plantKey(fixture, orphan, "public", elsewhere)).id);
  const env = { PAYENGINE_API_KEY: elsewhere };
  await fixture.control.setDialect({ merchant: "object" });
  const { exitCode, stdout } = await payengine(project, [...FIND, "--revoke", "--yes"], { env });
  expect([exitCode, linesOf(stdout)]).toEqual([
    2,
    [
      startingWith("Not checked: web: the credential belongs to account <id>, but state"),
      "Could not check whether stack dev has orphaned keys.",
    ],
  ]);
  expect((await fixture.liveKeys()).map(({ name }) => name)).toContain(orphan);

  // By its published conventions PayEngine returns no account, so only the exact name identifies the key.
  await fixture.control.setDialect({});
  const named = await payengine(project, FIND, { env });
  expect([named.exitCode, linesOf(named.stdout).slice(1)]).toEqual([
    2,
    ["none without --revoke  web  shop-dev-web-<digits>-r2  <id>  <host>  <time>  never  resource"],
  ]);
});

test("--stack and --cwd select the stack, and orphans shows the last use of a key", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  await project.ok("stack", "init", "second", "--no-select");
  await project.write({ "Pulumi.second.yaml": `config:\n  payengine:apiUrl: ${fixture.sandbox.url}\n` });
  project.stack = "second";
  const at = provider("second");
  await changeState(project, (state) => {
    state.manifest.time = longAgo();
    state.resources = [root("second"), at];
    state.pending_operations = [creating(storedKey(at, "web", keyNameOf("web", 1)), placeOf(fixture))];
  });
  const { id, outputs } = await plantKey(fixture, keyNameOf("web", 1), "private");
  fixture.leftAlive.add(id);
  expect(await fixture.authenticates(String(outputs.token))).toBe(true);

  const env = { PAYENGINE_API_KEY: fixture.credential };
  const options = { env, cwd: join(project.folder, "home") };
  const selected = await payengine(project, ["orphans", "--cwd", ".."], options);
  expect([selected.exitCode, selected.stdout]).toEqual([0, `${NONE}\n`]);
  const second = ["--stack", "second", "--cwd", ".."];
  const { exitCode, stdout } = await payengine(project, ["orphans", ...second], options);
  expect([exitCode, linesOf(stdout).slice(0, 2)]).toEqual([
    2,
    [
      startingWith("ACTION  RESOURCE"),
      "none without --revoke  web  shop-dev-web-<digits>  <id>  <host>  <time>  <time>  pending operation",
    ],
  ]);
  const audit = await payengine(project, ["audit", ...second], options);
  expect(linesOf(audit.stdout)[1]).toBe(
    "orphaned  npx pulumi-payengine orphans --revoke --stack second  second  web  shop-dev-web-<digits>  <id>  <host>  <time>  <time>",
  );
  const doctor = await payengine(project, ["doctor", ...second], options);
  expect(linesOf(doctor.stdout)).toContain("pass  stack  second, 1 key in state");
});
