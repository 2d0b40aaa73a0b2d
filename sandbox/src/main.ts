import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { type RunningSandbox, startSandbox } from "./start-sandbox";

interface Flags {
  port: number;
  db: string;
  seed?: number;
  control?: boolean;
  json?: boolean;
  log?: boolean;
}

// From dist, both in the repository and as it is installed.
const { version } = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8"));

const command = new Command("payengine-sandbox")
  .description(
    "Run a local PayEngine sandbox with API keys in SQLite, and with faults and dialects for tests.",
  )
  .option("--port <port>", "Port on 127.0.0.1; 0 picks a free one", wholeNumber, 4010)
  .option("--db <file>", "SQLite file for accounts and keys", ":memory:")
  .option("--seed <number>", "Generate the same IDs and values each time (default: random)", wholeNumber)
  .option("--control", "Serve the control interface, for tests")
  .option("--json", "Print one line of JSON on start")
  .option("--log", "Write every request to stderr")
  .version(version, "--version", "Print the version")
  .helpOption("-h, --help", "Show help")
  .action(run);

async function run(flags: Flags): Promise<void> {
  const sandbox = await startSandbox(flags);
  for (const signal of ["SIGINT", "SIGTERM", "SIGBREAK"] as const) {
    // Only once, so that a second signal ends a slow stop.
    process.once(signal, () => sandbox.close().then(() => process.exit(0)));
  }
  console.log(flags.json ? jsonLine(sandbox) : humanLines(sandbox));
}

function humanLines({ url, controlUrl, adminKey, pageUrl, signInCode }: RunningSandbox): string {
  const control = controlUrl ? `; control interface at ${controlUrl}` : "";
  const key = adminKey ? `; admin key (shown only once): ${adminKey}` : "";
  const page = `Page "Manage Keys" at ${pageUrl}; sign-in code (new on each start): ${signInCode}`;
  return `PayEngine sandbox at ${url}${control}${key}\n${page}`;
}

function jsonLine({ url, adminKey, controlUrl, pageUrl, signInCode }: RunningSandbox): string {
  return JSON.stringify({ url, adminKey, controlUrl, pageUrl, signInCode, pid: process.pid });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Use a whole number.");
  return Number(text);
}

command.parseAsync().catch((error: Error) => {
  console.error(`payengine-sandbox: ${error.message}`);
  process.exitCode = 1;
});
