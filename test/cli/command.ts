import { join } from "node:path";
import { PROJECT_FOLDER } from "../e2e/harness/diagnostics";
import type { Project } from "../e2e/harness/project";
import { type Ended, runProgram } from "../e2e/harness/run-program";

/** The installed command: Jest's global setup packs and installs the package. */
const main = () =>
  join(process.env.PAYENGINE_E2E_INSTALLED ?? "", "node_modules/pulumi-payengine/dist/cli/main.js");
const LIMIT_MS = 90_000;

export interface PayengineOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Variables to remove from the command's environment. */
  readonly without?: readonly string[];
  readonly onStart?: (pid: number) => void;
  readonly onErrorOutput?: (text: string) => void;
  /** Standard input, which is not searched for secrets. Default: empty. */
  readonly stdin?: string;
  /** Width of the terminal. Default: the width that `script` sets. */
  readonly columns?: number;
  /** Working folder. Default: the project's folder. */
  readonly cwd?: string;
}

/** Runs `pulumi-payengine` as a separate process in the project's folder, and searches its output for secrets. */
export async function payengine(
  project: Project,
  args: readonly string[],
  options: PayengineOptions = {},
): Promise<Ended> {
  return noted(project, process.execPath, [main(), ...args], options, options.stdin);
}

/** The same at a terminal with a user's input. */
export async function payengineAtTerminal(
  project: Project,
  args: readonly string[],
  typed: string,
  options: PayengineOptions = {},
): Promise<Ended> {
  const command = [process.execPath, main(), ...args].map((part) => `'${part}'`).join(" ");
  const sized = options.columns === undefined ? command : `stty cols ${options.columns}; ${command}`;
  const ended = await noted(project, "script", ["-qec", sized, "/dev/null"], options, typed);
  return { ...ended, stdout: ended.stdout.replaceAll("\r\n", "\n") };
}

async function noted(
  project: Project,
  program: string,
  args: readonly string[],
  { env = {}, without = [], onStart, onErrorOutput, cwd = project.folder }: PayengineOptions,
  stdin?: string,
): Promise<Ended> {
  const all = Object.entries({ ...project.env, ...env }).filter(([name]) => !without.includes(name));
  const ended = await runProgram(program, args, {
    cwd,
    env: Object.fromEntries(all),
    limitMs: LIMIT_MS,
    ...(onStart && { onStart }),
    ...(onErrorOutput && { onErrorOutput }),
    ...(stdin !== undefined && { stdin }),
  });
  project.said.push(ended);
  return ended;
}

/** The text without values that differ between runs, and with repeated spaces reduced to two. */
export function plainText(text: string): string {
  return text
    .replace(/https?:\/\/127\.0\.0\.1:\d+/g, "<address>")
    .replace(/\b127\.0\.0\.1:\d+/g, "<host>")
    .replace(PROJECT_FOLDER, "<folder>")
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<id>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\dZ/g, "<time>")
    .replace(/-[0-9a-f]{10}\b/g, "-<digits>")
    .replace(/ {2,}/g, "  ");
}

/** The lines of a text, as {@link plainText} has them. */
export function linesOf(text: string): string[] {
  return plainText(text).trimEnd().split("\n");
}
