import { Command, InvalidArgumentError } from "commander";
import { type RunningSandbox, startSandbox } from "./start-sandbox";

interface Flags {
  port: number;
  db: string;
  seed?: number;
  control: boolean;
  json: boolean;
  log: boolean;
}

const command = new Command("payengine-sandbox")
  .description(
    "A PayEngine that runs on this machine: API keys in SQLite, with faults and dialects on demand.",
  )
  .option("--port <port>", "port on 127.0.0.1, 0 for a free one", wholeNumber, 4010)
  .option("--db <file>", "SQLite file that keeps accounts and keys", ":memory:")
  .option("--seed <number>", "make ids and values the same each time", wholeNumber)
  .option("--control", "serve the control interface, for tests", false)
  .option("--json", "print one line of JSON on start", false)
  .option("--log", "write every request to stderr", false)
  .action(run);

async function run(flags: Flags): Promise<void> {
  const sandbox = await startSandbox(flags);
  for (const signal of ["SIGINT", "SIGTERM", "SIGBREAK"] as const) {
    // Only once: a second signal ends a stop that takes too long.
    process.once(signal, () => sandbox.close().then(() => process.exit(0)));
  }
  console.log(flags.json ? jsonLine(sandbox) : humanLine(sandbox));
}

function humanLine({ url, controlUrl, adminKey }: RunningSandbox): string {
  const control = controlUrl ? `; control interface at ${controlUrl}` : "";
  const key = adminKey ? `; admin key, shown only this once: ${adminKey}` : "";
  return `PayEngine sandbox at ${url}${control}${key}`;
}

function jsonLine({ url, adminKey, controlUrl }: RunningSandbox): string {
  return JSON.stringify({ url, adminKey, controlUrl, pid: process.pid });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

command.parseAsync().catch((error: Error) => {
  console.error(`payengine-sandbox: ${error.message}`);
  process.exitCode = 1;
});
