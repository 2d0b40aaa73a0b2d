import { spawnSync } from "node:child_process";
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { useMachine } from "./fake-machine";

const SCRIPT = join(__dirname, "../pulumi/pulumi-resource-pulumi-nodejs");

const given = useMachine();
let project: string;
beforeEach(() => {
  project = join(realpathSync(given.machine.root), "work/my project");
  mkdirSync(project, { recursive: true });
});

function runPlugin(PATH = `${dirname(process.execPath)}:/usr/bin:/bin`) {
  const options = { cwd: project, env: { PATH }, timeout: 20_000 };
  const { status, stdout, stderr } = spawnSync(SCRIPT, ["127.0.0.1:1234", "a b"], {
    ...options,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

it("becomes Node on the project's own dynamic provider, with the engine's arguments", () => {
  const provider = join(project, "node_modules/@pulumi/pulumi/cmd/dynamic-provider");
  mkdirSync(provider, { recursive: true });
  const tell = "console.log(JSON.stringify({ args: process.argv.slice(1), parent: process.ppid }))";
  writeFileSync(join(provider, "index.js"), tell);

  const { stdout, status } = runPlugin();

  const args = [join(provider, "index.js"), "127.0.0.1:1234", "a b"];
  expect(JSON.parse(stdout)).toEqual({ args, parent: process.pid });
  expect(status).toBe(0);
});

it.each([
  [".", "package-lock.json", "npm install"],
  [".", "yarn.lock", "yarn install"],
  ["..", "pnpm-lock.yaml", "pnpm install"],
  [".", undefined, "npm install"],
])("says how to install the project's packages if they are missing (%s/%s)", (folder, lockFile, command) => {
  if (lockFile) writeFileSync(join(project, folder, lockFile), "");

  expect(runPlugin()).toEqual({
    status: 1,
    stdout: "",
    stderr:
      `The packages of this Pulumi project are not installed: @pulumi/pulumi was not found from ${project}\n` +
      `Run \`${command}\` in that folder and try again. destroy and refresh need the packages as much as up does.\n`,
  });
});

it("says when Node is missing", () => {
  expect(runPlugin(project)).toMatchObject({
    status: 1,
    stderr: "Node.js is not on PATH: Pulumi's dynamic resources need it. Install Node.js and try again.\n",
  });
});
