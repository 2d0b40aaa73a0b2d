import type { Fixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { runProgram } from "../e2e/harness/run-program";
import { linesOf, type PayengineOptions, payengine } from "./command";

/** Doctor's output, without values that differ between runs. */
export interface DoctorRun {
  readonly exitCode: number | null;
  /** Its findings, with the lines about what to do. */
  readonly lines: readonly string[];
  /** The commands at the end, unchanged. */
  readonly commands: readonly string[];
  /** Its last line. */
  readonly summary: string;
  readonly stdout: string;
  readonly stderr: string;
}

const UUID = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

export async function examined(
  project: Project,
  args: readonly string[] = [],
  options: PayengineOptions = {},
): Promise<DoctorRun> {
  const { exitCode, stdout, stderr } = await payengine(project, ["doctor", ...args], options);
  const all = linesOf(stdout.replace(UUID, "<id>"));
  return {
    exitCode,
    lines: all.slice(0, all.indexOf("")),
    commands: stdout.split("\n").flatMap((line) => /^ {2}(pulumi config .*)$/.exec(line)?.[1] ?? []),
    summary: all.at(-1) ?? "",
    stdout,
    stderr,
  };
}

/** Runs doctor in a new project that uses the fixture's sandbox. */
export async function doctorOn(fixture: Fixture, ...args: string[]): Promise<DoctorRun> {
  return examined(await fixture.project({}), args);
}

/** The lines that did not pass, except the one about --write. */
export function troubles(lines: readonly string[]): string[] {
  return lines.filter(
    (line) => !line.startsWith("pass") && !line.endsWith("only --write sends these requests"),
  );
}

/** Exit code and troubles. */
export async function troublesOf(
  project: Project,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<[number | null, string[]]> {
  const { exitCode, lines } = await examined(project, args, { env });
  return [exitCode, troubles(lines)];
}

/** Runs doctor's printed commands in a shell. */
export async function paste(project: Project, commands: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runProgram("bash", ["-ec", commands.join("\n")], {
    cwd: project.folder,
    env: project.env,
    limitMs: 60_000,
  });
  if (exitCode !== 0) throw new Error(stderr);
}

export const SET_LINE = "  → run the commands at the end of this output, then run this again";
export const REPORT_LINE =
  "  → payengine:contract cannot express this: do not create keys in this account yet, and attach the output of `npx pulumi-payengine doctor --report` (it has no values) to an issue of the project";

/** Lines of checks that were skipped after a failed check. */
export const NO_LIST = "skip  list  fix the failed checks first";
export const NO_WRITE = "skip  write  fix the failed checks first; no key was created";
export const NO_WORKS = "skip  works  GET /merchant returned nothing about the account";
/** Doctor's advice about a trial key that it could not revoke. */
export const LOOK_FOR =
  "  → look for pulumi-payengine-doctor-<digits> in PayEngine's dashboard, and revoke it";
