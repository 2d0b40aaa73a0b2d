import { chmod, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import { troublesOf } from "./doctor-fixture";

const given = useFixture();

test("doctor reports each problem of the machine with its remedy", async () => {
  const { fixture } = given;
  const project = await fixture.project({ packages: false });
  await mkdir(join(project.folder, "old"));
  await project.write({
    "old/pulumi": '#!/bin/sh\n[ "$1" = version ] && echo v3.100.0 && exit\nexec "$REAL" "$@"\n',
  });
  await chmod(join(project.folder, "old/pulumi"), 0o755);
  const path = project.env.PATH;
  const env = {
    PATH: [join(project.folder, "old"), path].join(delimiter),
    REAL: join(path.split(delimiter)[0], "pulumi"),
    PULUMI_SKIP_CHECKPOINTS: "true",
  };
  expect(await troublesOf(project, [], env)).toEqual([
    2,
    [
      "FAIL  pulumi cli  Pulumi CLI 3.100.0",
      "  → install Pulumi's CLI 3.216.0 or later: https://www.pulumi.com/docs/install/",
      "FAIL  pulumi sdk  <folder> cannot load @pulumi/pulumi",
      "  → run `npm install @pulumi/pulumi@^3.216.0` in <folder>",
      "FAIL  package  <folder> cannot load pulumi-payengine",
      "  → run `npm install pulumi-payengine` there (pnpm add, yarn add)",
      "FAIL  checkpoints  PULUMI_SKIP_CHECKPOINTS is set, so a crash can leave a key that is not in state",
      "  → unset PULUMI_SKIP_CHECKPOINTS",
    ],
  ]);
});

test("an old Node and an old SDK fail with the required versions", async () => {
  const project = await given.fixture.project({ packages: false });
  const sdk = JSON.stringify({ name: "@pulumi/pulumi", version: "3.215.9" });
  await project.write({
    "node_modules/@pulumi/pulumi/package.json": sdk,
    "old-node.cjs":
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.18.0" } });',
  });
  const [exitCode, lines] = await troublesOf(project, [], {
    NODE_OPTIONS: `--require ${join(project.folder, "old-node.cjs")}`,
  });
  expect([exitCode, lines.slice(0, 4)]).toEqual([
    2,
    [
      "FAIL  node  Node 20.18.0",
      "  → install Node 20.18.1 or later",
      "FAIL  pulumi sdk  @pulumi/pulumi 3.215.9",
      "  → run `npm install @pulumi/pulumi@^3.216.0` in <folder>",
    ],
  ]);
});
