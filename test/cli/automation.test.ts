import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModuleKind, transpile } from "typescript";
import { useFixture } from "../e2e/harness/fixture";
import { runProgram } from "../e2e/harness/run-program";
import {
  changeState,
  creating,
  longAgo,
  placeOf,
  plantKey,
  provider,
  root,
  storedKey,
} from "./planted-state";

const given = useFixture();

/** The example from the recovery module's documentation, as a CommonJS program. */
async function documentedExample(): Promise<string> {
  const source = await readFile(join(__dirname, "../../recovery/index.ts"), "utf8");
  const [, block = ""] = /```ts\n([\s\S]*?)```/.exec(source) ?? [];
  const lines = block.split("\n").map((line) => line.replace(/^ \* ?/, ""));
  const isImport = (line: string) => line.startsWith("import ");
  const body = lines.filter((line) => !isImport(line)).join("\n");
  const program = `${lines.filter(isImport).join("\n")}\nasync function main() {\nconst workDir = process.cwd();\n${body}\n}\nvoid main();`;
  return transpile(program, { module: ModuleKind.CommonJS });
}

test("the documented Automation API program revokes a stack's orphans", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  const at = provider("dev");
  await changeState(project, (state) => {
    state.manifest.time = longAgo();
    state.resources = [root("dev"), at];
    state.pending_operations = [creating(storedKey(at, "web", "shop-dev-web-0123456789"), placeOf(fixture))];
  });
  await plantKey(fixture, "shop-dev-web-0123456789");
  await project.write({ "recover.js": await documentedExample() });
  const run = async () => {
    const ended = await runProgram(process.execPath, ["recover.js"], {
      cwd: project.folder,
      env: project.env,
      limitMs: 60_000,
    });
    project.said.push(ended);
    return [ended.exitCode, ended.stdout, ended.stderr];
  };
  expect(await run()).toEqual([0, "Revoked 1 of 1 orphaned keys.\n", ""]);
  expect(await fixture.liveKeys()).toEqual([]);
  expect((await project.deployment()).pending_operations).toBeUndefined();
  expect(await run()).toEqual([0, "Revoked 0 of 0 orphaned keys.\n", ""]);
});
