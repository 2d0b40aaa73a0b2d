import { spawnSync } from "node:child_process";
import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FakeMachine } from "./fake-machine";

const SCRIPT = join(__dirname, "../pulumi/pulumi-resource-pulumi-nodejs");
const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`;

let machine: FakeMachine;
let project: string;
beforeEach(() => {
  machine = new FakeMachine();
  project = join(realpathSync(machine.root), "work/my project");
  mkdirSync(project, { recursive: true });
});
afterEach(() => machine.remove());

function runPlugin(path = PATH) {
  return spawnSync(SCRIPT, ["127.0.0.1:1234", "a b"], {
    cwd: project,
    env: { PATH: path },
    encoding: "utf8",
    timeout: 20_000,
  });
}

it("becomes Node on the project's own dynamic provider, with the engine's arguments", () => {
  const provider = join(project, "node_modules/@pulumi/pulumi/cmd/dynamic-provider");
  mkdirSync(provider, { recursive: true });
  writeFileSync(
    join(provider, "index.js"),
    "console.log(JSON.stringify({ args: process.argv.slice(1), parent: process.ppid }))",
  );

  const { stdout, status } = runPlugin();

  expect(JSON.parse(stdout)).toEqual({
    args: [join(provider, "index.js"), "127.0.0.1:1234", "a b"],
    parent: process.pid,
  });
  expect(status).toBe(0);
});

it.each([
  [".", "package-lock.json", "npm install"],
  [".", "yarn.lock", "yarn install"],
  ["..", "pnpm-lock.yaml", "pnpm install"],
  [".", undefined, "npm install"],
])("without the project's packages says how to install them (%s/%s)", (folder, lockFile, command) => {
  if (lockFile) writeFileSync(join(project, folder, lockFile), "");

  const { stdout, stderr, status } = runPlugin();

  expect(stderr).toBe(
    `The packages of this Pulumi project are not installed: @pulumi/pulumi was not found from ${project}\n` +
      `Run \`${command}\` in that folder and try again. destroy and refresh need the packages as much as up does.\n`,
  );
  expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
});

it("says so where there is no Node", () => {
  rmSync(project, { recursive: true });
  mkdirSync(project);

  const { stderr, status } = runPlugin(project);

  expect(stderr).toBe(
    "Node.js is not on PATH: Pulumi's dynamic resources need it. Install Node.js and try again.\n",
  );
  expect(status).toBe(1);
});
