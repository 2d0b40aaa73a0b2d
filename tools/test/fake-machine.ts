import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const TOOLS = join(__dirname, "..");
const FIXTURES = join(__dirname, "fixtures");
const NAMES = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A machine in a temporary folder: its PATH holds only what a test puts there. */
export class FakeMachine {
  readonly root = mkdtempSync(join(tmpdir(), "payengine-tools-"));
  readonly cache = join(this.root, "cache/pulumi-payengine/cli");
  readonly env: NodeJS.ProcessEnv = {
    HOME: this.root,
    PATH: "",
    XDG_CACHE_HOME: join(this.root, "cache"),
    STUB_FOLDER: this.addPulumi("stubs", "v3.216.0"),
    FAKE_GO_JOURNAL: join(this.root, "go-journal"),
  };
  private readonly children: ChildProcess[] = [];

  /** Makes a folder with a CLI that prints this version, without putting it on PATH. */
  addPulumi(folder: string, version: string, names = NAMES): string {
    for (const name of names) this.addProgram(`${folder}/${name}`, `echo ${version}`);
    return join(this.root, folder);
  }

  /** Writes a shell script, and gives back its folder. */
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

  /** What the stand-in for Go was asked to build, a line each. */
  builds(): string[] {
    const journal = this.env.FAKE_GO_JOURNAL ?? "";
    return existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : [];
  }

  /** The process of the first build. */
  compiler(): number {
    return Number(this.builds()[0]?.split(" ")[1]);
  }

  /** Starts one of the scripts in fixtures/, or one with its whole path. */
  start(script: string, ...args: string[]): { child: ChildProcess; ended: Promise<Outcome> } {
    return this.spawn(resolve(FIXTURES, script), ...args);
  }

  async run(script: string, ...args: string[]): Promise<Outcome> {
    return this.start(script, ...args).ended;
  }

  /** Starts the text of a module, which may import from tools/ as in `from "./install.mjs"`. */
  startModule(code: string, ...args: string[]): { child: ChildProcess; ended: Promise<Outcome> } {
    return this.spawn("--input-type=module", "--eval", code, "--", ...args);
  }

  async runModule(code: string, ...args: string[]): Promise<Outcome> {
    return this.startModule(code, ...args).ended;
  }

  private spawn(...args: string[]) {
    const options = { cwd: TOOLS, env: this.env };
    const child = spawn(process.execPath, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    this.children.push(child);
    const outcome: Outcome = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (data) => (outcome.stdout += data));
    child.stderr.on("data", (data) => (outcome.stderr += data));
    const ended = new Promise<Outcome>((resolve) => {
      child.once("close", (code) => resolve({ ...outcome, code }));
    });
    return { child, ended };
  }

  remove(): void {
    for (const child of this.children) child.kill("SIGKILL");
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A machine for each test. */
export function useMachine(): { readonly machine: FakeMachine } {
  let machine: FakeMachine;
  beforeEach(() => {
    machine = new FakeMachine();
  });
  afterEach(() => machine.remove());
  return {
    get machine() {
      return machine;
    },
  };
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

/** Waits until something is so. */
export async function until(isSo: () => boolean, limitMs = 40_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`Not so after ${limitMs} ms: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
