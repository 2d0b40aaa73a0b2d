import { join } from "node:path";
import { linesOf, useMachine } from "./fake-machine";

const given = useMachine();

/** The value of an expression over `platform` (tools/platform.mjs) and the arguments. */
async function answerOf(expression: string, ...args: string[]): Promise<unknown> {
  const script =
    'import * as platform from "./platform.mjs"; const [a, b] = process.argv.slice(1);' +
    `console.log(JSON.stringify({ value: ${expression} }));`;
  const { stdout, stderr } = await given.machine.run(script, ...args);
  expect(stderr).toBe("");
  return JSON.parse(stdout).value;
}

describe("on Windows", () => {
  it("a CLI is complete with programs that end in .exe, or .cmd for the plugin", async () => {
    const { machine } = given;
    const folder = machine.addPulumi("my tools", "", [
      "pulumi.exe",
      "pulumi-resource-pulumi-nodejs.cmd",
      "go",
    ]);
    const names = '["pulumi", "pulumi-resource-pulumi-nodejs", "go"]';
    expect(
      await answerOf(`${names}.map((name) => platform.programIn(a, name, "win32") ?? null)`, folder),
    ).toEqual([join(folder, "pulumi.exe"), join(folder, "pulumi-resource-pulumi-nodejs.cmd"), null]);
  });

  it("Node runs npm from the path that npm reports, or from beside Node", async () => {
    const run = (env: string) =>
      answerOf(`platform.startable("npm", ["ci"], { platform: "win32", env: ${env}, node: "/n/node" })`);
    expect(await run("{}")).toEqual(["/n/node", ["/n/node_modules/npm/bin/npm-cli.js", "ci"]]);
    expect(await run('{ npm_execpath: "C:\\\\npm\\\\npm-cli.js" }')).toEqual([
      "/n/node",
      ["C:\\npm\\npm-cli.js", "ci"],
    ]);
  });

  it("taskkill ends a process with its children, and the console handles Ctrl-C", async () => {
    const { machine } = given;
    const journal = join(machine.root, "journal");
    machine.putOnPath(machine.addProgram("bin/taskkill", `echo "$@" >>'${journal}'`));
    await answerOf('["SIGINT", "SIGTERM"].map((it) => platform.signalTree(4711, it, "win32"))');
    expect(linesOf(journal)).toEqual(["/pid 4711 /t /f"]);
  });

  it("a command stays in its console, where its children open no windows", async () => {
    expect(
      await answerOf('["win32", "darwin", "linux"].map((it) => platform.ownGroup(it).detached)'),
    ).toEqual([false, true, true]);
  });

  it("a backend's address has slashes", async () => {
    const folder = "C:\\Users\\my self\\state";
    expect(await answerOf('platform.backendUrl(a, "win32")', folder)).toBe("file://C:/Users/my self/state");
  });

  it("the script for another terminal is PowerShell's, and its text is run instead of the file", async () => {
    const [folder, binDir] = ["C:\\O'Neil\\shop", "C:\\bin"];
    const options = "{ folder: a, settings: { A: 'b' }, binDir: b }";
    expect(await answerOf(`platform.shellScript(${options}, "win32")`, folder, binDir)).toBe(
      ["cd 'C:\\O''Neil\\shop'", "$env:A = 'b'", "$env:PATH = 'C:\\bin;' + $env:PATH", ""].join("\n"),
    );
    expect(await answerOf('platform.sourceLine(a, "win32")', "C:\\O'Neil\\env")).toBe(
      "iex (gc -raw 'C:\\O''Neil\\env')",
    );
  });

  it("no CLI is built", async () => {
    given.machine.installGo();
    const script =
      'import { findGo } from "./pulumi/go-build.mjs"; console.log((await findGo(process.env, "win32")).missing);';
    expect((await given.machine.run(script)).stdout).toBe("it cannot be built on Windows\n");
  });
});

it.each(["darwin", "linux"])("on %s, the names of npm and files are unchanged", async (name) => {
  const folder = given.machine.addPulumi("tools", "");
  expect(await answerOf(`platform.programIn(a, "pulumi", "${name}")`, folder)).toBe(join(folder, "pulumi"));
  expect(await answerOf(`platform.startable("npm", ["ci"], { platform: "${name}" })`)).toEqual([
    "npm",
    ["ci"],
  ]);
  expect(await answerOf(`platform.backendUrl("/a b", "${name}")`)).toBe("file:///a b");
  expect(await answerOf(`platform.sourceLine("/o'neil/env", "${name}")`)).toBe("source '/o'\\''neil/env'");
});
