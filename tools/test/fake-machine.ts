import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

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
    const path = join(this.root, folder);
    mkdirSync(path, { recursive: true });
    for (const name of names) {
      writeFileSync(join(path, name), `#!/bin/sh\necho ${version}\n`);
      chmodSync(join(path, name), 0o755);
    }
    return path;
  }

  putOnPath(...folders: string[]): void {
    this.env.PATH = [...folders, this.env.PATH].filter(Boolean).join(":");
  }

  /** Puts a stand-in for Go on PATH. */
  installGo(settings: { FAKE_GO?: "fails" | "orphans" | "slow"; FAKE_GO_VERSION?: string } = {}): void {
    const folder = join(this.root, "go");
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(FIXTURES, "go"), join(folder, "go"));
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
    const child = spawn(process.execPath, [resolve(FIXTURES, script), ...args], {
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.children.push(child);
    const outcome: Outcome = { code: null, stdout: "", stderr: "" };
    child.stdout?.on("data", (data) => (outcome.stdout += data));
    child.stderr?.on("data", (data) => (outcome.stderr += data));
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

/** A process that nobody has collected yet, a zombie, counts as ended. */
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
