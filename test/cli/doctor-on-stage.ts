import type { Project } from "../e2e/harness/project";
import type { Stage } from "../e2e/harness/stage";
import { linesOf, payengine } from "./command";

/** Runs doctor in a new project that works on the stage's sandbox. */
export async function doctorOn(stage: Stage, ...args: string[]) {
  const project = await stage.project({});
  const { exitCode, stdout, stderr } = await payengine(project, ["doctor", ...args]);
  return { exitCode, lines: linesOf(stdout), stderr };
}

/** The lines that say anything but that all is well. */
export function troubles(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith("pass") && line !== "");
}

/** What doctor says but for what passed, without its last line. */
export async function troublesOf(
  project: Project,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<[number | null, string[]]> {
  const { exitCode, stdout } = await payengine(project, ["doctor", ...args], { env });
  const lines = linesOf(stdout).slice(0, -2);
  return [exitCode, lines.filter((line) => !line.startsWith("pass"))];
}
