import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { linesOf, payengine } from "../cli/command";
import { crashWhileCreating } from "../cli/crash";
import { countsOf } from "../e2e/harness/diagnostics";
import { stackOn, useSharedBackend } from "./shared-backend";

const given = useSharedBackend();

const HEAD = "ACTION  RESOURCE  KEY NAME  KEY ID  ACCOUNT  CREATED  LAST USED  EVIDENCE";
const operation = "  creating urn:pulumi:prod::shop::pulumi-nodejs:dynamic/payengine:ApiKey::checkout";
const row = "checkout  shop-prod-checkout-<digits>  <id>  <host>  <time>  never  pending operation";

test("orphans and audit distinguish the leftovers of one stack's crash from the other stack's keys", async () => {
  const { fixture } = given;
  const program = (name: string) => `new payengine.ApiKey("${name}", { type: "private" });`;
  const dev = await stackOn(given, "dev", program("web"));
  const prod = await stackOn(given, "prod", program("checkout"));
  await crashWhileCreating(fixture, prod);
  await dev.up();
  const { keyId } = await dev.key("web");

  const ofDev = await payengine(dev, ["orphans", "--revoke", "--yes", "--min-age", "0s"]);
  expect([ofDev.exitCode, linesOf(ofDev.stdout)]).toEqual([0, ["Found no orphaned keys of stack dev."]]);

  // In a team, each member has the config of both stacks.
  await copyFile(join(prod.folder, "Pulumi.prod.yaml"), join(dev.folder, "Pulumi.prod.yaml"));
  const both = ["audit", "--stack", "dev", "--stack", "prod", "--min-age", "0s"];
  const audit = await payengine(dev, both);
  expect([audit.exitCode, linesOf(audit.stdout)]).toEqual([
    2,
    [
      "CATEGORY  WHAT TO DO  STACK  RESOURCE  KEY NAME  KEY ID  ACCOUNT  CREATED  LAST USED",
      "orphaned  npx pulumi-payengine orphans --revoke --stack prod  prod  checkout  shop-prod-checkout-<digits>  <id>  <host>  <time>  never",
      "Account at <address>/api: 3 live keys, 1 foreign",
      "Keys of dev, prod: 1 managed, 1 orphaned",
    ],
  ]);

  const early = await payengine(prod, ["orphans", "--revoke", "--yes"]);
  expect([early.exitCode, linesOf(early.stdout)]).toEqual([
    3,
    [
      HEAD,
      `none: wait  ${row}`,
      "Pending operations (--revoke clears them):",
      operation,
      "An operation may still be running until <time>. Run this again after that, or add --wait.",
    ],
  ]);
  expect(await fixture.liveKeys()).toHaveLength(2);

  await prod.ok("cancel", "--yes");
  const revoked = await payengine(prod, ["orphans", "--revoke", "--yes", "--min-age", "0s"]);
  expect([revoked.exitCode, linesOf(revoked.stdout)]).toEqual([
    0,
    [
      HEAD,
      `revoke  ${row}`,
      "Pending operations (--revoke clears them):",
      operation,
      "Revoked 1 of 1 key.",
      "Cleared 1 pending operation.",
    ],
  ]);
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([keyId]);

  expect(countsOf(await prod.up())).toEqual(["+ 1 created", "1 unchanged"]);
  const after = await payengine(dev, both);
  expect([after.exitCode, linesOf(after.stdout).at(-1)]).toEqual([0, "Keys of dev, prod: 2 managed"]);
});
