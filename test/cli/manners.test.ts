import { chmod } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { useStage } from "../e2e/harness/stage";
import { linesOf, payengine, payengineAtTerminal } from "./command";
import { projectWithKey } from "./one-key-project";

const given = useStage();

test("every command explains itself with examples and exit codes", async () => {
  const project = await given.stage.project({});
  const all = await Promise.all(
    [[], ["orphans"], ["audit"], ["doctor"]].map((command) => payengine(project, [...command, "--help"])),
  );
  for (const { exitCode, stdout, stderr } of all) {
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\nExamples:\n {2}pulumi-payengine \w+.*\n[\s\S]*\nExit codes:\n {2}0 {2}\S/);
  }
  expect((await payengine(project, ["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

const MISTAKES = [
  [
    ["orphans", "--min-age", "soon"],
    "error: option '--min-age <duration>' argument 'soon' is invalid. Write a duration like \"90s\" or \"10m\".",
  ],
  [["orphan"], "error: unknown command 'orphan'\n(Did you mean orphans?)"],
  [["orphans", "--stack", "prod"], "`pulumi stack export --stack prod` failed: no stack named 'prod' found"],
  [["orphans", "--cwd", "nowhere"], "There is no folder <folder>/nowhere."],
  [
    ["audit", "--state", "nowhere.json"],
    "The state file nowhere.json cannot be read: ENOENT: no such file or directory, open 'nowhere.json'",
  ],
  [
    ["audit", "--state", "package.json"],
    "package.json is not the state of a stack; write one with `pulumi stack export --file <file>`.",
  ],
] as const;

test("a mistake ends with 1 and says why", async () => {
  const project = await given.stage.project({});
  const said = await Promise.all(
    MISTAKES.map(async ([args]) => {
      const { exitCode, stdout, stderr } = await payengine(project, args);
      return { args, exitCode, stdout, why: linesOf(stderr).join("\n") };
    }),
  );
  expect(said).toEqual(MISTAKES.map(([args, why]) => ({ args, exitCode: 1, stdout: "", why })));
});

test.each([
  ...MISTAKES.filter(([args]) => args[0] !== "orphan"),
  [["doctor", "--stock"], "error: unknown option '--stock'\n(Did you mean --stack?)"],
] as const)("with --json a mistake is JSON on the output as well: %j", async (args, why) => {
  const project = await given.stage.project({});
  const { exitCode, stdout, stderr } = await payengine(project, [...args, "--json"]);
  const said = linesOf(JSON.parse(stdout).error).join("\n");
  expect([exitCode, said, linesOf(stderr).join("\n")]).toEqual([1, why.replace("error: ", ""), why]);
  expect(Object.keys(JSON.parse(stdout))).toEqual(["error"]);
});

test("a CLI that prints another form of JSON is an error in words", async () => {
  const { project } = await projectWithKey(given.stage);
  await project.write({
    "odd/pulumi": '#!/bin/sh\n[ "$1" = "$ODD" ] && echo \'{"a":1}\' && exit\nexec "$REAL" "$@"\n',
  });
  await chmod(join(project.folder, "odd/pulumi"), 0o755);
  const path = project.env.PATH;
  const env = {
    PATH: [join(project.folder, "odd"), path].join(delimiter),
    REAL: join(path.split(delimiter)[0], "pulumi"),
  };
  const form = "prints another form of JSON than this version reads; is Pulumi's CLI 3.216.0 or later?";
  const config = await payengine(project, ["orphans"], { env: { ...env, ODD: "config" } });
  expect([config.exitCode, linesOf(config.stdout)[1]]).toEqual([
    2,
    `Not looked at: web: \`pulumi config --json --stack dev\` ${form}`,
  ]);
  const whoami = await payengine(project, ["orphans"], { env: { ...env, ODD: "whoami" } });
  expect([whoami.exitCode, whoami.stdout, linesOf(whoami.stderr)]).toEqual([
    1,
    "",
    [`\`pulumi whoami --json --verbose\` ${form}`],
  ]);
});

test("without Pulumi's CLI it says so", async () => {
  const project = await given.stage.project({});
  const { exitCode, stderr } = await payengine(project, ["orphans"], { env: { PATH: "/nowhere" } });
  expect([exitCode, stderr]).toEqual([1, "There is no `pulumi` on PATH; install Pulumi's CLI.\n"]);
});

test("colours are for terminals only, and NO_COLOR turns them off", async () => {
  const project = await given.stage.project({});
  const escapeCode = String.fromCharCode(27);
  const args = ["doctor", "--cwd", "home"];
  const piped = await payengine(project, args, { env: { FORCE_COLOR: "1" }, without: ["NO_COLOR"] });
  const plainly = await payengineAtTerminal(project, args, "", { env: { TERM: "xterm" } });
  const colourful = await payengineAtTerminal(project, args, "", {
    env: { TERM: "xterm" },
    without: ["NO_COLOR"],
  });
  expect([piped, plainly, colourful].map(({ stdout }) => stdout.includes(escapeCode))).toEqual([
    false,
    false,
    true,
  ]);
  expect(colourful.stdout).toContain(`${escapeCode}[32mpass${escapeCode}[39m  node`);
});
