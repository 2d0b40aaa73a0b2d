import { chmod } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine, payengineAtTerminal, plainText } from "./command";
import { projectWithKey } from "./one-key-project";

const given = useFixture();

const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESCAPE}\\[\\d+m`);

test("--help of every command shows examples and exit codes", async () => {
  const project = await given.fixture.project({});
  const all = await Promise.all(
    [[], ["orphans"], ["audit"], ["due"], ["whose"], ["doctor"], ["contract"], ["contract", "learn"]].map(
      (command) => payengine(project, [...command, "--help"]),
    ),
  );
  for (const { exitCode, stdout, stderr } of all) {
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\nExamples:\n {2}pulumi-payengine \w+.*\n[\s\S]*\nExit codes:\n {2}0 {2}\S/);
  }
  const alone = await payengine(project, []);
  expect([alone.exitCode, alone.stdout, alone.stderr]).toEqual([1, "", all[0].stdout]);
  expect((await payengine(project, ["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

const MISTAKES = [
  [
    ["orphans", "--min-age", "soon"],
    "error: option '--min-age <duration>' argument 'soon' is invalid. Use a duration such as \"90s\" or \"10m\".",
  ],
  [["orphan"], "error: unknown command 'orphan'\n(Did you mean orphans?)"],
  [["orphans", "--stack", "prod"], "`pulumi stack export --stack prod` failed: no stack named 'prod' found"],
  [
    ["due", "--cwd", "/"],
    "`pulumi stack --show-name` failed: there is no Pulumi.yaml in this folder or above it; run this in a Pulumi project's folder, or name it with `--cwd`",
  ],
  [["orphans", "--cwd", "nowhere"], "The folder <folder>/nowhere does not exist."],
  [
    ["audit", "--state", "nowhere.json"],
    "Cannot read the state file nowhere.json: ENOENT: no such file or directory, open 'nowhere.json'",
  ],
  [
    ["audit", "--state", "package.json"],
    "package.json is not a stack's state; create one with `pulumi stack export --file <file>`.",
  ],
] as const;

test("a usage error exits with 1 and says why", async () => {
  const project = await given.fixture.project({});
  const said = await Promise.all(
    MISTAKES.map(async ([args]) => {
      const { exitCode, stdout, stderr } = await payengine(project, args);
      return { args, exitCode, stdout, why: linesOf(stderr).join("\n") };
    }),
  );
  expect(said).toEqual(MISTAKES.map(([args, why]) => ({ args, exitCode: 1, stdout: "", why })));
  const narrow = await payengineAtTerminal(project, ["audit", "--state", "nowhere.json"], "", {
    columns: 60,
  });
  expect(narrow.stdout.split("\n")).toEqual([
    "Cannot read the state file nowhere.json: ENOENT: no such",
    "file or directory, open 'nowhere.json'",
    "",
  ]);
});

test.each([
  ...MISTAKES.filter(([args]) => args[0] !== "orphan"),
  [["doctor", "--stock"], "error: unknown option '--stock'\n(Did you mean --stack?)"],
] as const)("a usage error with --json is JSON on stdout as well: %j", async (args, why) => {
  const project = await given.fixture.project({});
  const { exitCode, stdout, stderr } = await payengine(project, [...args, "--json"]);
  const said = linesOf(JSON.parse(stdout).error).join("\n");
  expect([exitCode, said, linesOf(stderr).join("\n")]).toEqual([1, why.replace("error: ", ""), why]);
  expect(Object.keys(JSON.parse(stdout))).toEqual(["error"]);
});

test("a Pulumi CLI that prints unknown JSON gives a readable error", async () => {
  const { project } = await projectWithKey(given.fixture);
  await project.write({
    "odd/pulumi": '#!/bin/sh\n[ "$1" = "$ODD" ] && echo \'{"a":1}\' && exit\nexec "$REAL" "$@"\n',
  });
  await chmod(join(project.folder, "odd/pulumi"), 0o755);
  const path = project.env.PATH;
  const env = {
    PATH: [join(project.folder, "odd"), path].join(delimiter),
    REAL: join(path.split(delimiter)[0], "pulumi"),
  };
  const form = "printed JSON that this version cannot read; check that Pulumi's CLI is 3.216.0 or later";
  const config = await payengine(project, ["orphans"], { env: { ...env, ODD: "config" } });
  expect([config.exitCode, linesOf(config.stdout)[0]]).toEqual([
    2,
    `Not checked: web: \`pulumi config --json --stack dev\` ${form}`,
  ]);
  const whoami = await payengine(project, ["orphans"], { env: { ...env, ODD: "whoami" } });
  expect([whoami.exitCode, whoami.stdout, linesOf(whoami.stderr)]).toEqual([
    1,
    "",
    [`\`pulumi whoami --json --verbose\` ${form}`],
  ]);
});

test("a command without Pulumi's CLI on PATH says so", async () => {
  const project = await given.fixture.project({});
  const { exitCode, stderr } = await payengine(project, ["orphans"], { env: { PATH: "/nowhere" } });
  expect([exitCode, stderr]).toEqual([1, "`pulumi` is not on PATH; install Pulumi's CLI.\n"]);
});

test("output has colors at terminals only, and NO_COLOR turns them off", async () => {
  const project = await given.fixture.project({});
  const args = ["doctor", "--cwd", "home"];
  const terminal = (TERM: string, without: string[] = []) =>
    payengineAtTerminal(project, args, "", { env: { TERM }, without });
  const [piped, plainly, dumb, colourful] = await Promise.all([
    payengine(project, args, { env: { FORCE_COLOR: "1" }, without: ["NO_COLOR"] }),
    terminal("xterm"),
    terminal("dumb", ["NO_COLOR"]),
    terminal("xterm", ["NO_COLOR"]),
  ]);
  const all = [piped, plainly, dumb, colourful];
  expect(all.map(({ stdout }) => COLOUR.test(stdout))).toEqual([false, false, false, true]);
  expect(colourful.stdout).toContain(`${ESCAPE}[32mpass${ESCAPE}[39m  node`);
});

test.each([
  [["orphans", "--min-age", "0s"], "Listing the keys at PayEngine"],
  [["audit", "--json"], "Listing the keys at PayEngine"],
  [["doctor"], "Checking"],
])("a long step shows progress at a terminal, but not to a pipe or in CI: %j", async (args, line) => {
  const { project } = await projectWithKey(given.fixture);
  await given.fixture.control.setThrottle({ latencyMs: 1_500 });
  const env = { TERM: "xterm" };
  const erased = `\r${ESCAPE}[K`;
  const [person, ci, piped] = await Promise.all([
    payengineAtTerminal(project, args, "", { env }),
    payengineAtTerminal(project, args, "", { env: { ...env, CI: "true" }, columns: 1_000 }),
    payengine(project, args),
  ]);
  // Any second of it, because a busy machine may skip one.
  const shown = person.stdout.split(erased).map((part) => part.replace(/… [1-9]\d* s(?=\r?$)/, "… <n> s"));
  // The cursor is back at the start, where a slow reader of the output would begin to write.
  expect(shown).toContain(`${line} … <n> s\r`);
  expect([person.exitCode, ci.exitCode, piped.exitCode]).toEqual([piped.exitCode, piped.exitCode, 0]);
  expect([ci.stdout.includes(" … "), ci.stdout.includes(ESCAPE), piped.stderr]).toEqual([false, false, ""]);
  // Nothing of it remains: the last line is erased.
  expect(person.stdout.lastIndexOf(erased)).toBeGreaterThan(person.stdout.lastIndexOf(" … "));
  expect(plainText(ci.stdout)).toBe(plainText(piped.stdout));
});

test("with --json every command prints one JSON value and nothing else", async () => {
  const { project } = await projectWithKey(given.fixture);
  const all = await Promise.all(
    [["orphans", "--min-age", "0s"], ["audit"], ["doctor"]].map((command) =>
      payengine(project, [...command, "--json"]),
    ),
  );
  expect(all.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(all.map(() => [0, ""]));
  expect(all.map(({ stdout }) => Object.keys(JSON.parse(stdout))[0])).toEqual([
    "stack",
    "schemaVersion",
    "findings",
  ]);
});
