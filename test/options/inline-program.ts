import type { Project } from "../e2e/harness/project";
import { type Ended, runProgram } from "../e2e/harness/run-program";

/**
 * The Automation API runs `index.js` in its own process, without a language host: the one that can be built from public
 * modules does not know the transforms of a stack.
 */
const RUNNER = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const [command, stackName, options] = process.argv.slice(2);
async function main() {
  const program = async () => require("./index.js");
  const stack = await LocalWorkspace.selectStack({ projectName: "shop", stackName, program }, { workDir: process.cwd() });
  await stack[command]({ ...JSON.parse(options), color: "never", onOutput: (text) => process.stdout.write(text) });
}
main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});`;

/** Runs an operation by the Automation API, with the project's `index.js` as an inline program, whatever its exit code. */
export async function inline(
  project: Project,
  command: "up" | "destroy",
  options: Readonly<Record<string, unknown>> = {},
): Promise<Ended> {
  await project.write({ "inline.js": RUNNER });
  const args = ["inline.js", command, project.stack, JSON.stringify(options)];
  const { folder: cwd, env, said } = project;
  const ended = await runProgram(process.execPath, args, { cwd, env, limitMs: 120_000 });
  said.push(ended);
  await project.keys();
  return ended;
}

/** The same, and expects success. */
export async function inlineOk(...args: Parameters<typeof inline>): Promise<Ended> {
  const ended = await inline(...args);
  if (ended.exitCode === 0) return ended;
  throw new Error(`${ended.command} ended with ${ended.exitCode}:\n${ended.stdout}${ended.stderr}`);
}
