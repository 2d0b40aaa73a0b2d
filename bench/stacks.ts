import { SandboxControl } from "payengine-sandbox";
import { type PlantedKey, plantStacks } from "./many-stacks";
import type { Bench } from "./measured-stack";
import type { StacksResult } from "./results";
import { startSandboxProcess } from "./sandbox-process";
import { BenchStack } from "./stack";

/** A tenth shows whether time and memory grow with the number of stacks. */
const SIZES = [
  { stacks: 30, keys: 100 },
  { stacks: 300, keys: 1_000 },
];
const LOG_BYTES = 10 * 1024 * 1024;

/** A command over all stacks, with a count in its JSON that must be right. */
interface Command {
  readonly name: string;
  readonly args: readonly string[];
  readonly input?: string;
  readonly exitCode: number;
  /** How many keys its report is about. */
  readonly count: (report: Report) => number;
  readonly expected: number;
}

interface Report {
  readonly keyCount: number;
  readonly keys: readonly { readonly category?: string; readonly keyId: string }[];
}

/** Measures the commands that read every stack of a file backend. */
export async function manyStacks({ clis, packages, say }: Bench, rounds: number): Promise<StacksResult[]> {
  const [cli] = clis;
  if (cli === undefined) throw new Error("Select a CLI.");
  const results: StacksResult[] = [];
  for (const size of SIZES) {
    const sandbox = await startSandboxProcess();
    const stack = await BenchStack.create("payengine", { cli: cli.folder, packages }, sandbox);
    const control = new SandboxControl(sandbox.controlUrl);
    try {
      const planted = await plantStacks(stack, control, size);
      for (let round = 1; round <= rounds; round++) {
        for (const command of commandsOver(planted)) {
          await control.clearRequests();
          const { seconds, use } = await measured(stack, command);
          const calls = (await control.requests()).length;
          results.push({ command: command.name, ...size, round, seconds, ...use, calls });
          say(`${size.stacks} stacks, round ${round}: ${command.name} ${seconds.toFixed(1)} s`);
        }
      }
    } finally {
      await stack.remove();
      await sandbox.stop();
    }
  }
  return results;
}

function commandsOver(planted: readonly PlantedKey[]): Command[] {
  const json = ["--all-stacks", "--json"];
  const leaked = planted[Math.floor(planted.length / 2)];
  return [
    {
      name: "due",
      args: ["due", ...json],
      exitCode: 2,
      count: (it) => it.keyCount,
      expected: planted.length,
    },
    {
      name: "whose, 10 MiB of log",
      args: ["whose", ...json],
      input: logWith(leaked?.value ?? ""),
      exitCode: 2,
      count: (it) => it.keys.filter(({ keyId }) => keyId === leaked?.id).length,
      expected: 1,
    },
    {
      name: "audit",
      args: ["audit", ...json],
      exitCode: 0,
      count: (it) => it.keys.filter(({ category }) => category === "managed").length,
      expected: planted.length,
    },
  ];
}

/** @throws Error if the command reports something else than it should. */
async function measured(stack: BenchStack, { name, args, input, exitCode, count, expected }: Command) {
  const ran = await stack.payengine(args, input);
  const counted = ran.exitCode === exitCode ? count(JSON.parse(ran.stdout)) : undefined;
  if (counted === expected) return ran;
  throw new Error(`${name} ended with ${ran.exitCode} and found ${counted} of ${expected}: ${ran.stderr}`);
}

/** An access log with a header that should not be in it. */
function logWith(value: string): string {
  const line = (number: number) =>
    `2026-11-27T10:00:00Z 10.0.${number % 256}.7 GET /merchant/${number.toString(16).padStart(32, "0")} 200 12ms\n`;
  const lines: string[] = [];
  for (let bytes = 0; bytes < LOG_BYTES; bytes += lines.at(-1)?.length ?? 0) lines.push(line(lines.length));
  lines.splice(lines.length / 2, 0, `authorization: Basic ${value}\n`);
  return lines.join("");
}
