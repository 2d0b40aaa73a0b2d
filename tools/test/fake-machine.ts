import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const FIXTURES = join(__dirname, "fixtures");
const NAMES = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A machine in a temporary folder. Its PATH has only what a test puts there. */
class FakeMachine {
  readonly root = mkdtempSync(join(tmpdir(), "payengine-tools-"));
  readonly cache = join(this.root, "cache/pulumi-payengine/cli");
  readonly env: NodeJS.ProcessEnv = {
    HOME: this.root,
    PATH: "",
    XDG_CACHE_HOME: join(this.root, "cache"),
    STUB_FOLDER: this.addPulumi("stubs", "v3.276.0"),
    FAKE_GO_JOURNAL: join(this.root, "go-journal"),
  };
  private readonly children: ChildProcess[] = [];

  /** Makes a folder with a CLI that prints this version, without putting it on PATH. */
  addPulumi(folder: string, version: string, names = NAMES): string {
    for (const name of names) this.addProgram(`${folder}/${name}`, `echo ${version}`);
    return join(this.root, folder);
  }

  /** Writes a shell script, and returns its folder. */
  addProgram(name: string, script: string): string {
    const path = join(this.root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return dirname(path);
  }

  putOnPath(...folders: string[]): void {
    this.env.PATH = [...folders, this.env.PATH].filter(Boolean).join(":");
  }

  /** Puts a stand-in for Go on PATH. */
  installGo(settings: { FAKE_GO?: "fails" | "orphans" | "slow"; FAKE_GO_VERSION?: string } = {}): void {
    const folder = join(this.root, "go");
    cpSync(join(FIXTURES, "go"), join(folder, "go"));
    if (!this.env.PATH?.includes(folder)) this.putOnPath(folder);
    Object.assign(this.env, { FAKE_GO: undefined, FAKE_GO_VERSION: undefined }, settings);
  }

  /** The builds that the stand-in for Go received, one per line. */
  builds(): string[] {
    return linesOf(this.env.FAKE_GO_JOURNAL ?? "");
  }

  /** Starts a script from fixtures/, a script by its full path, or the text of a module that may import from tools/. */
  start(script: string, ...args: string[]): { child: ChildProcess; ended: Promise<Outcome> } {
    const isText = script.includes("import ");
    const program = isText ? ["--input-type=module", "--eval", script, "--"] : [resolve(FIXTURES, script)];
    const options = { cwd: join(__dirname, ".."), env: this.env };
    const child = spawn(process.execPath, [...program, ...args], { ...options, stdio: "pipe" });
    this.children.push(child);
    const outcome: Outcome = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (data) => (outcome.stdout += data));
    child.stderr.on("data", (data) => (outcome.stderr += data));
    const ended = new Promise<Outcome>((resolve) => {
      child.once("close", (code) => resolve({ ...outcome, code }));
    });
    return { child, ended };
  }

  async run(script: string, ...args: string[]): Promise<Outcome> {
    return this.start(script, ...args).ended;
  }

  remove(): void {
    for (const child of this.children) child.kill("SIGKILL");
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A machine for each test. */
export function useMachine(): { readonly machine: FakeMachine } {
  const given = {} as { machine: FakeMachine };
  beforeEach(() => {
    given.machine = new FakeMachine();
  });
  afterEach(() => given.machine.remove());
  return given;
}

/** The lines of a file; empty if it does not exist. */
export function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

/** A process that its parent has not collected yet, a zombie, counts as ended. */
export function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Waits until the condition is true. */
export async function until(isSo: () => boolean, limitMs = 40_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`Not so after ${limitMs} ms: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
