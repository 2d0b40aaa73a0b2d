import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { until } from "../e2e/harness/processes";
import { runProgram } from "../e2e/harness/run-program";
import { REPOSITORY } from "../guides/guide";
import { Terminal } from "../guides/terminal";

// It builds, packs and installs the package, and runs the CLI some ten times.
const LIMIT_MS = 300_000;
jest.setTimeout(2 * LIMIT_MS);

/** Lines of Pulumi's: a changed output, and what follows `destroy`. */
const OF_PULUMI = / => |^The resources in the stack have been deleted, /;

let temporary: string;
let env: Record<string, string>;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "npm-start-"));
  const { NO_COLOR: _, CI: __, ...inherited } = process.env as Record<string, string>;
  // The terminal starts this shell, and bash would not pass on the prompt.
  env = { ...inherited, TMPDIR: temporary, SHELL: "/bin/sh" };
});
afterEach(async () => {
  await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
});

/** The folders that the script has left. */
async function leftFolders(): Promise<string[]> {
  return (await readdir(temporary)).filter((name) => name.startsWith("payengine-"));
}

/** Measures the lines as they are with the usual folder for temporary files: the one of a test run is longer. */
function tooLong(output: string): string[] {
  const lines = output.replaceAll(temporary, "/tmp").split(/\r?\n/);
  return lines.filter((line) => line.length > 80 && !OF_PULUMI.test(line));
}

test("npm start prints lines of at most 80 columns without colors to a pipe, and leaves nothing", async () => {
  const how = { cwd: REPOSITORY, env, limitMs: LIMIT_MS };
  const { exitCode, stdout, stderr } = await runProgram("npm", ["start"], how);

  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/✓ GET \/api-keys shows no live key of this stack\n\nDone\. /);
  expect(tooLong(stdout)).toEqual([]);
  expect(stripVTControlCharacters(stdout)).toBe(stdout);
  // The sandbox's clock moves ahead by a minute, which is within what the provider tolerates.
  expect(stdout).not.toContain("clock is");
  expect(await leftFolders()).toEqual([]);
});

test("a new user follows what npm start -- --keep prints at a terminal of 80 columns", async () => {
  const history = join(temporary, "history");
  const first = await Terminal.open(REPOSITORY, env, history, 80);
  const second = await Terminal.open(temporary, env, history, 80);
  try {
    const ended = first.enter("npm start -- --keep", [], LIMIT_MS);
    const shown = await until("everything is running", () => keptPart(first.shown), LIMIT_MS);
    const colored = first.shown;
    expect(colored).toContain("\u001b[32m✓\u001b[39m GET /merchant");
    expect(tooLong(stripVTControlCharacters(colored))).toEqual([]);

    const value = (label: string) =>
      new RegExp(`^ {2}${label} +(?:as a user, with the code )?(\\S+)$`, "m").exec(shown)?.[1] ?? "";
    expect(value("Sign in")).toMatch(/^\w{4}-\w{4}-\w{4}$/);
    const page = await fetch(value("Page"));
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      expect.stringMatching(/^text\/html/),
    ]);

    const [source = "", ...commands] = linesToType(shown);
    expect(source).toMatch(/^source /);
    const keys: string[] = [];
    for (const command of [source, ...commands]) {
      const { exitCode, shown: output } = await second.enter(command, []);
      expect([command, exitCode]).toEqual([command, 0]);
      keys.push(...(stripVTControlCharacters(output).match(/\b[0-9a-f]{108}\b/g) ?? []));
    }
    expect(commands).toHaveLength(5);
    const statuses = keys.map(async (key) => {
      const answer = await fetch(`${value("API")}/merchant`, { headers: { authorization: `Basic ${key}` } });
      return answer.status;
    });
    // The private key, and the admin key from config.
    expect(await Promise.all(statuses)).toEqual([200, 200]);

    first.interrupt();
    expect((await ended).exitCode).toBe(0);
    await expect(fetch(value("Page"))).rejects.toThrow("fetch failed");
    expect(await leftFolders()).toEqual([]);
  } finally {
    // After a failure, npm start still runs.
    first.interrupt();
    await Promise.all([first.close(), second.close()]);
  }
});

/** What follows the last title, once the last line is there. */
async function keptPart(shown: string): Promise<string | undefined> {
  const text = stripVTControlCharacters(shown).replaceAll("\r", "");
  if (!text.includes("Press Ctrl-C here")) return undefined;
  return text.slice(text.lastIndexOf("▸"));
}

/** Each line to type is indented; an explanation may follow after two spaces. */
function linesToType(shown: string): string[] {
  const [, steps = ""] = shown.split("In another terminal");
  return [...steps.matchAll(/^ {2}(\S.*?)(?: {2,}.*)?$/gm)].map(([, line = ""]) => line);
}
