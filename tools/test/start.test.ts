import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasEnded, until, useMachine } from "./fake-machine";

const given = useMachine();

describe("a sandbox that does not start", () => {
  const START = `
import { startSandboxProcess } from "./start/sandbox.mjs";
const [repository] = process.argv.slice(1);
try {
  const { url, stop } = await startSandboxProcess({ repository, folder: repository, limitMs: 1_000 });
  console.log(url);
  await stop();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}`;

  /** Starts a sandbox with this code, which records its process ID, and returns the outcome. */
  async function startOf(code: string) {
    const { machine } = given;
    const [folder, pidFile] = [join(machine.root, "sandbox/bin"), join(machine.root, "pid")];
    mkdirSync(folder, { recursive: true });
    const noted = `require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));`;
    writeFileSync(join(folder, "payengine-sandbox.js"), `${noted}\n${code}`);
    const outcome = await machine.run(START, machine.root);
    await until(() => hasEnded(Number(readFileSync(pidFile, "utf8"))));
    return outcome;
  }

  it("because it exits is an error with its output and exit code", async () => {
    expect(await startOf('console.error("no such database"); process.exit(3);')).toEqual({
      code: 1,
      stdout: "",
      stderr: "no such database\nthe sandbox ended with exit code 3 before it was ready\n",
    });
  });

  it("because it prints nothing is an error after a limit, and the process is ended", async () => {
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

it("the stack of npm start ignores the user's own Pulumi and PayEngine variables", async () => {
  const { machine } = given;
  const journal = join(machine.root, "journal");
  const binDir = machine.addProgram("bin/pulumi", `/usr/bin/env >'${journal}'`);
  Object.assign(machine.env, { PULUMI_STACK: "prod", PAYENGINE_API_KEY: "a real one", UNRELATED: "kept" });

  const folders = JSON.stringify({ binDir, project: machine.root, folder: machine.root });
  const { code } = await machine.run(
    `import { createStack } from "./start/quickstart.mjs"; await createStack(${folders});`,
  );

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
  const pinned = (...args: object[]) =>
    given.machine.run(
      `import { pinned } from "./start/quickstart.mjs";
      console.log(JSON.stringify(pinned(...process.argv.slice(1).map((arg) => JSON.parse(arg)))));`,
      ...args.map((arg) => JSON.stringify(arg)),
    );
  const example = read("examples/quickstart/package.json");
  const dependencies = { ...example.dependencies, "pulumi-payengine": "file:../package.tgz" };

  it("requires the versions that this repository is tested with, with all checksums", async () => {
    const { packages } = read("package-lock.json");
    // The whole lock file exceeds the limit for arguments.
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

  it("cannot require a package that this repository is not tested with", async () => {
    const { stderr } = await pinned({ ...example, dependencies }, { lockfileVersion: 3, packages: {} });

    expect(stderr).toContain("package-lock.json has no @pulumi/pulumi, which the example needs");
  });
});

describe("the text of npm start", () => {
  it("breaks between words to fit 80 columns, and keeps indents and longer words", async () => {
    const text = `${"word ".repeat(20).trim()}\n    at ${"/long".repeat(20)} end`;
    const { stdout } = await given.machine.run(
      'import { wrapped } from "./terminal.mjs"; console.log(wrapped(process.argv[1], "  "));',
      text,
    );

    expect(stdout.split("\n")).toEqual([
      `  ${"word ".repeat(15).trim()}`,
      `  ${"word ".repeat(5).trim()}`,
      "      at",
      `  ${"/long".repeat(20)}`,
      "  end",
      "",
    ]);
  });

  it.each([
    ["a terminal", { TERM: "xterm" }, true],
    ["a terminal with NO_COLOR", { TERM: "xterm", NO_COLOR: "1" }, false],
    ["a terminal without colors", { TERM: "dumb" }, false],
  ])(
    "has colors at a terminal, unless its user or the terminal rules them out: %s",
    (_, settings, isColored) => {
      const { NO_COLOR: __, ...env } = process.env;
      const script = 'import("./terminal.mjs").then(({ mayColor }) => console.log(String(mayColor())))';
      const shown = execFileSync("script", ["-qec", `'${process.execPath}' -e '${script}'`, "/dev/null"], {
        cwd: join(__dirname, ".."),
        env: { ...env, ...settings },
        encoding: "utf8",
      });

      expect(shown).toBe(`${isColored}\r\n`);
    },
  );

  it("fits 80 columns in the folder of a user of macOS, and says how to use what --keep leaves running", async () => {
    const sandbox = {
      url: "http://127.0.0.1:65535/api",
      pageUrl: "http://127.0.0.1:65535/",
      signInCode: "k7m2-9qxd-4htv",
    };
    const script = `/var/folders/zz/${"x".repeat(30)}/T/payengine-XXXXXX/env`;
    const { stdout } = await given.machine.run(
      `import { keptText, realAccountText } from "./start/next-steps.mjs";
      console.log(keptText(JSON.parse(process.argv[1])) + "\\n" + realAccountText());`,
      JSON.stringify({ sandbox, script }),
    );
    const lines = stdout.split("\n");

    expect(lines.filter(({ length }) => length > 80)).toEqual([]);
    expect(lines.map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        `Page     ${sandbox.pageUrl}`,
        `Sign in  as a user, with the code ${sandbox.signInCode}`,
        `API      ${sandbox.url}`,
        `source '${script}'`,
      ]),
    );
  });
});
