import type { Project } from "../e2e/harness/project";
import { runProgram } from "../e2e/harness/run-program";
import { linesOf, payengine } from "./command";

/** A consumer of a key's value. */
export const CONSUMER = `
const diff = async (id, olds, news) => ({ changes: olds.value !== news.value });
const consumer = { create: async (outs) => ({ id: "1", outs }), update: async (id, olds, outs) => ({ outs }), diff };
class Consumer extends pulumi.dynamic.Resource {
  constructor(name, value) { super(consumer, name, { value: pulumi.secret(value) }); }
}`;

/** Runs `due`, and says how it ended. */
export async function due(project: Project, ...args: string[]) {
  const { exitCode, stdout, stderr } = await payengine(project, ["due", ...args]);
  return { exitCode, lines: linesOf(stdout), stderr: linesOf(stderr).join("\n"), stdout };
}

/** Runs the commands that `due` printed in a shell, with the flags that CI adds. */
export async function runPrinted(project: Project, { stdout }: { readonly stdout: string }): Promise<void> {
  for (const [, command] of stdout.matchAll(/^ {2}((?:pulumi|npx) .*)$/gm)) {
    const flags = command?.startsWith("pulumi") ? "--yes --skip-preview --non-interactive" : "--yes";
    const ended = await runProgram("bash", ["-ec", `${command} ${flags}`], {
      cwd: project.folder,
      env: project.env,
      limitMs: 120_000,
    });
    project.said.push(ended);
    await project.keys();
    expect({ ...ended, command }).toMatchObject({ command, exitCode: 0 });
  }
}

/** The value that a consumer has. */
export async function consumerValue(project: Project, consumer: string): Promise<unknown> {
  const { resources = [] } = await project.deployment();
  const { outputs = {} } = resources.find(({ urn }) => urn.endsWith(`::${consumer}`)) ?? {};
  return JSON.parse(Object(outputs.value).plaintext ?? "null");
}
