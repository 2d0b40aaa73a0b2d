import { rm, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { countsOf } from "../e2e/harness/diagnostics";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine, plainText } from "./command";
import { crashWhileCreating } from "./crash";

const given = useFixture();

const program = `new payengine.ApiKey("checkout", { type: "private" });`;
const operation = "  creating urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::checkout";

test("cancel, orphans --revoke and up recover from a crash in the middle of a creation", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program });
  await crashWhileCreating(fixture, project);
  const [orphan] = await fixture.liveKeys();
  expect(orphan.name).toMatch(/^shop-dev-checkout-[0-9a-f]{10}$/);

  const row = "checkout  shop-dev-checkout-<digits>  <id>  <host>  <time>  never  pending operation";
  const head = "ACTION  RESOURCE  KEY NAME  KEY ID  ACCOUNT  CREATED  LAST USED  EVIDENCE";
  const locked = await payengine(project, ["orphans", "--revoke", "--yes", "--min-age", "0s"]);
  expect({ ...locked, stdout: linesOf(locked.stdout).slice(0, 4) }).toMatchObject({
    exitCode: 3,
    stderr: "",
    stdout: [head, `none: locked  ${row}`, "Pending operations (--revoke clears them):", operation],
  });
  expect(linesOf(locked.stdout).at(-1)).toMatch(
    new RegExp(
      `^The stack is locked: ${userInfo().username} on \\S+ \\(process \\d+\\) has held the lock for \\d+ (ms|seconds?|minutes?)\\. If that process has ended, run \`pulumi cancel\`, then run this again\\.$`,
    ),
  );

  await project.ok("cancel", "--yes");
  const early = await payengine(project, ["orphans", "--revoke", "--yes"]);
  expect(early.exitCode).toBe(3);
  expect(linesOf(early.stdout)).toEqual([
    head,
    `none: wait  ${row}`,
    "Pending operations (--revoke clears them):",
    operation,
    "An operation may still be running until <time>. Run this again after that, or add --wait.",
  ]);
  expect(await fixture.liveKeys()).toHaveLength(1);

  const shown = await payengine(project, ["orphans", "--min-age", "0s"]);
  expect(shown.exitCode).toBe(2);
  expect(linesOf(shown.stdout)).toEqual([
    head,
    `none without --revoke  ${row}`,
    "Pending operations (--revoke clears them):",
    operation,
  ]);
  expect(await fixture.liveKeys()).toHaveLength(1);

  const revoked = await payengine(project, ["orphans", "--revoke", "--yes", "--min-age", "0s"]);
  expect(revoked.exitCode).toBe(0);
  expect(linesOf(revoked.stdout)).toEqual([
    head,
    `revoke  ${row}`,
    "Pending operations (--revoke clears them):",
    operation,
    "Revoked 1 of 1 key.",
    "Cleared 1 pending operation.",
  ]);
  expect(await fixture.liveKeys()).toEqual([]);
  expect((await project.deployment()).pending_operations).toBeUndefined();

  const again = await payengine(project, ["orphans", "--revoke", "--yes", "--min-age", "0s"]);
  expect([again.exitCode, again.stdout]).toEqual([0, "Found no orphaned keys of stack dev.\n"]);
  expect(countsOf(await project.up())).toEqual(["+ 1 created", "1 unchanged"]);
  expect((await project.key("checkout")).name).not.toBe(orphan.name);
});

test("orphans revokes the key of an unfinished creation, and the next up makes another", async () => {
  const { fixture } = given;
  await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  // The first list is read before the key is requested.
  await fixture.control.addFault({
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 503,
    skip: 1,
    times: "always",
  });
  const project = await fixture.project({
    program,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:maxRetries": "0" },
  });
  await project.fails("up", "--skip-preview");
  await fixture.control.clearFaults();
  const report = await payengine(project, ["orphans", "--revoke", "--yes", "--json", "--min-age", "0s"]);
  expect([report.exitCode, report.stderr]).toEqual([0, ""]);
  expect(JSON.parse(plainText(report.stdout))).toEqual({
    stack: "dev",
    orphans: [
      {
        urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::checkout",
        resource: "checkout",
        evidence: "unfinished",
        keyName: "shop-dev-checkout-<digits>",
        keyId: "<id>",
        createdAt: "<time>",
        apiUrl: "<address>/api",
      },
    ],
    unreached: [],
    inUse: [],
    lookedFor: 1,
    pendingOperations: [],
    revoked: ["<id>"],
    failed: [],
    clearedPending: false,
  });
  expect(await fixture.liveKeys()).toEqual([]);
  expect(countsOf(await project.up())).toEqual(["~ 1 updated", "1 unchanged"]);
});

test("a state without its checksum, left by a killed CLI, is readable after the empty file is deleted", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program });
  await project.up();
  const attributes = join(project.folder, "backend/.pulumi/stacks/shop/dev.json.attrs");
  await writeFile(attributes, "");

  const { exitCode, stderr } = await payengine(project, ["orphans"]);
  expect([exitCode, stderr]).toEqual([
    1,
    "`pulumi stack --show-name` failed: failed to load checkpoint: EOF. On a file backend, a killed process may " +
      "leave an empty `.attrs` file beside the state, in `.pulumi/stacks`. The state itself is intact: delete that " +
      "file and run this again.\n",
  ]);

  await rm(attributes);
  expect((await payengine(project, ["orphans", "--min-age", "0s"])).exitCode).toBe(0);
  expect(await fixture.liveKeys()).toHaveLength(1);
});
