import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FakeMachine, hasEnded, until } from "./fake-machine";

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => machine.remove());

describe("a sandbox that does not come up", () => {
  /** What starting a sandbox comes to that is this code; it writes its process number down. */
  async function startOf(code: string) {
    const [folder, pidFile] = [join(machine.root, "sandbox/bin"), join(machine.root, "pid")];
    mkdirSync(folder, { recursive: true });
    const noted = `require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));`;
    writeFileSync(join(folder, "payengine-sandbox.js"), `${noted}\n${code}`);
    const outcome = await machine.run("start-sandbox.mjs", machine.root);
    await until(() => hasEnded(Number(readFileSync(pidFile, "utf8"))));
    return outcome;
  }

  it("because it ends is an error that says how, after what it says itself", async () => {
    expect(await startOf('console.error("no such database"); process.exit(3);')).toEqual({
      code: 1,
      stdout: "",
      stderr: "no such database\nthe sandbox ended with exit code 3 before it was ready\n",
    });
  });

  it("because it says nothing is an error after a while, and the process is ended", async () => {
    expect(await startOf("setInterval(() => {}, 1000);")).toEqual({
      code: 1,
      stdout: "",
      stderr: "the sandbox was not ready after 1 s\n",
    });
  });

  it("and one that ignores SIGTERM is killed", async () => {
    const ready = 'console.log(JSON.stringify({ url: "http://sandbox" })); setInterval(() => {}, 1000);';

    expect(await startOf(`process.on("SIGTERM", () => {}); ${ready}`)).toEqual({
      code: 0,
      stdout: "http://sandbox\n",
      stderr: "",
    });
  });
});

it("the stack of npm start takes no setting from the reader's own Pulumi and PayEngine variables", async () => {
  const binDir = machine.addPulumi("bin", "v3.216.0");
  const journal = join(machine.root, "journal");
  writeFileSync(join(binDir, "pulumi"), `#!/bin/sh\n/usr/bin/env >'${journal}'\n`);
  chmodSync(join(binDir, "pulumi"), 0o755);
  Object.assign(machine.env, { PULUMI_STACK: "prod", PAYENGINE_API_KEY: "a real one", UNRELATED: "kept" });

  const { code } = await machine.run("create-stack.mjs", binDir, machine.root);

  const names = readFileSync(journal, "utf8").match(/^(PULUMI|PAYENGINE|UNRELATED)\w*/gm);
  expect(code).toBe(0);
  expect(names?.sort()).toEqual([
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_HOME",
    "PULUMI_SKIP_UPDATE_CHECK",
    "UNRELATED",
  ]);
});

describe("the example of npm start", () => {
  const read = (file: string) => JSON.parse(readFileSync(join(__dirname, "../..", file), "utf8"));
  const pinned = (manifest: object, lock: object) =>
    machine.run("pinned.mjs", JSON.stringify(manifest), JSON.stringify(lock));
  const example = read("examples/quickstart/package.json");
  const dependencies = { ...example.dependencies, "pulumi-payengine": "file:../package.tgz" };

  it("asks for the versions that this repository is tested with, with all of their checksums", async () => {
    const { packages } = read("package-lock.json");
    // Arguments have a limit, which the whole lock is beyond.
    const chosen = ["@pulumi/pulumi", "typescript"].map((name) => `node_modules/${name}`);
    const entries = Object.fromEntries(chosen.map((path) => [path, packages[path]]));
    const lock = { lockfileVersion: 3, packages: { "": { name: "repository" }, sandbox: {}, ...entries } };

    const answer = JSON.parse((await pinned({ ...example, dependencies }, lock)).stdout);

    expect(answer.manifest).toMatchObject({
      dependencies: {
        "@pulumi/pulumi": packages["node_modules/@pulumi/pulumi"].version,
        "pulumi-payengine": "file:../package.tgz",
      },
      devDependencies: { typescript: packages["node_modules/typescript"].version },
    });
    expect(answer.lock.packages).toEqual({ "": answer.manifest, ...entries });
  });

  it("cannot ask for a package that this repository is not tested with", async () => {
    const { stderr } = await pinned({ ...example, dependencies }, { lockfileVersion: 3, packages: {} });

    expect(stderr).toContain("package-lock.json has no @pulumi/pulumi, which the example asks for");
  });
});
