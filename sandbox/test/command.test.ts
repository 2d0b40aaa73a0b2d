import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { on, once } from "node:events";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SandboxControl } from "../src";
import { eventually, SandboxClient } from "./sandbox-client";
import { temporaryFolder } from "./temporary-folder";

const folder = join(__dirname, "..");
const command = join(folder, "bin/payengine-sandbox.js");
const started: ChildProcess[] = [];
const SIGN_IN_CODE = /^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$/;

// The tests run the compiled command, as a user does.
beforeAll(() => {
  execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "--build", folder]);
}, 120_000);

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

/** The command's first line, and a way to end it. */
async function start(...flags: string[]) {
  const child = spawn(process.execPath, [command, "--port", "0", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let log = "";
  child.stderr.on("data", (chunk) => {
    log += chunk;
  });
  if (!flags.includes("--log")) child.stderr.pipe(process.stderr);
  const lines = on(createInterface({ input: child.stdout }), "line");
  const nextLine = async () => (await lines.next()).value[0] as string;
  const line = await nextLine();
  const stop = async (signal: NodeJS.Signals) => {
    const exited = once(child, "exit");
    child.kill(signal);
    return exited;
  };
  return { line, nextLine, pid: child.pid, stop, log: () => log };
}

/** The error output and exit code of a command that does not start. */
async function fail(...flags: string[]) {
  return failOf(command, ...flags);
}

async function failOf(file: string, ...flags: string[]) {
  const child = spawn(process.execPath, [file, ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  started.push(child);
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const [status] = await once(child, "close");
  return { status, said };
}

describe("payengine-sandbox", () => {
  it("prints its address, its page and, on the first start only, the admin key", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const first = await start("--db", db);
    const [, url = "", key = ""] =
      /^PayEngine sandbox at (\S+); admin key \(shown only once\): ([0-9a-f]{108})$/.exec(first.line) ?? [];
    const [, page, code = ""] =
      /^Page "Manage Keys" at (\S+); sign-in code \(new on each start\): (\S+)$/.exec(
        await first.nextLine(),
      ) ?? [];
    expect(page).toBe(url.replace("/api", "/"));
    expect(code).toMatch(SIGN_IN_CODE);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api$/);
    expect((await new SandboxClient(url, key).create("kept")).status).toBe(200);
    await first.stop("SIGTERM");

    const second = await start("--db", db);

    const [, urlNow = ""] = /^PayEngine sandbox at (\S+)$/.exec(second.line) ?? [];
    expect(await new SandboxClient(urlNow, key).names()).toEqual(["kept"]);
  });

  it("prints the admin key on the next start after one that could not listen", async () => {
    const db = join(temporaryFolder(), "keys.db");
    const { port } = new URL(JSON.parse((await start("--json")).line).url);
    expect(await fail("--port", port, "--db", db)).toMatchObject({ status: 1 });

    const { url, adminKey } = JSON.parse((await start("--json", "--db", db)).line);

    expect((await new SandboxClient(url, adminKey).create("first")).status).toBe(200);
  });

  it("logs no private value that a caller put into an address, also percent-encoded", async () => {
    const { line, log } = await start("--json", "--log", "--control");
    const { url, adminKey, controlUrl } = JSON.parse(line);
    const encoded = adminKey.replace(/./g, (digit: string) => `%${digit.charCodeAt(0).toString(16)}`);
    const admin = new SandboxClient(url, adminKey);
    await admin.list(`?q=${adminKey}`);
    await admin.list(`?q=${encoded}`);
    await admin.get(adminKey);
    await admin.get("last");
    await eventually(async () => log().includes("/api/api-keys/last") || undefined);

    const requests = JSON.stringify(await new SandboxControl(controlUrl).requests());

    for (const text of [log(), requests]) {
      expect(text).toContain("[private key]");
      for (const value of [adminKey, encoded]) expect(text).not.toContain(value.slice(0, 24));
    }
  });

  it("prints the address of the control interface with --control", async () => {
    const { line } = await start("--control");

    const [, controlUrl = ""] =
      /^PayEngine sandbox at \S+; control interface at (\S+); admin key/.exec(line) ?? [];
    expect(await new SandboxControl(controlUrl).keys()).toHaveLength(1);
  });

  it("prints JSON with --json, and the control interface only with --control", async () => {
    const plain = await start("--json", "--seed", "7");
    const controlled = await start("--json", "--seed", "7", "--control");
    const [one, two] = [JSON.parse(plain.line), JSON.parse(controlled.line)];

    expect(one).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/api$/),
      adminKey: two.adminKey,
      pageUrl: one.url.replace("/api", "/"),
      signInCode: expect.stringMatching(SIGN_IN_CODE),
      pid: plain.pid,
    });
    // The seed is no secret, so the code must not follow from it.
    expect(two.signInCode).not.toBe(one.signInCode);
    expect(two.controlUrl).toBe(two.url.replace("/api", "/__control"));
    expect(await new SandboxControl(two.controlUrl).keys()).toHaveLength(1);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("finishes running calls on %s and exits with 0", async (signal) => {
    const sandbox = await start("--json", "--control");
    const { url, adminKey, controlUrl } = JSON.parse(sandbox.line);
    const control = new SandboxControl(controlUrl);
    await control.addFault({ operation: "createKey", kind: "delay", beforeCommitMs: 1_000 });
    const created = new SandboxClient(url, adminKey).create("slow");
    await eventually(async () => (await control.faults()).find((fault) => fault.hits === 1));

    const [status, endedBy] = await sandbox.stop(signal);

    expect([status, endedBy]).toEqual([0, null]);
    expect((await created).status).toBe(200);
  });

  it("prints its version", () => {
    const printed = execFileSync(process.execPath, [command, "--version"], { encoding: "utf8" });

    expect(printed).toBe(`${require("../package.json").version}\n`);
  });

  it("says why it cannot start", async () => {
    const { url } = JSON.parse((await start("--json")).line);
    const { port } = new URL(url);

    expect(await fail("--port", port)).toEqual({
      status: 1,
      said: expect.stringMatching(/^payengine-sandbox: .*EADDRINUSE/),
    });
    expect(await fail("--port", "high")).toEqual({
      status: 1,
      said: "error: option '--port <port>' argument 'high' is invalid. Use a whole number.\n",
    });
  });

  it("says when it is not built", async () => {
    const copy = join(temporaryFolder(), "bin/payengine-sandbox.js");
    cpSync(command, copy);

    expect(await failOf(copy)).toEqual({
      status: 1,
      said: "payengine-sandbox is not built yet: run `npm run build` in the repository, and this again.\n",
    });
  });
});
