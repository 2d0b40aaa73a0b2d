import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processesIn } from "../e2e/harness/processes";
import type { Project } from "../e2e/harness/project";
import { type Block, readGuide } from "./guide";
import { type Answer, Terminal } from "./terminal";

/** A program takes longer than this to start. */
const LOOKS_EVERY_MS = 25;

/** Keeps npm from checking for its own updates. */
const NPM = { npm_config_update_notifier: "false" };

export interface ReaderOptions {
  /** Where the reader starts. Default: the project's folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Variables of the project that the reader's shell does not have. */
  readonly without?: readonly string[];
  /** The one section to read. Default: all of it. */
  readonly section?: string;
  /** Sections that the reader skips, such as an alternative. */
  readonly skipped?: readonly string[];
  /** Exit codes that the guide announces. Default: 0. */
  readonly exitCodes?: readonly number[];
  /** Replaces what is not available here, such as an unpublished package. */
  readonly replace?: (line: string) => string;
}

/** A reader who follows a guide block by block at a terminal, without any change. */
export class Reader {
  /** Lines that the reader entered. */
  commands = 0;
  /** Output of commands that show secrets on request. */
  private readonly shownOnPurpose: string[] = [];
  private readonly seen = new Set<string>();
  private isReading = true;
  private readonly watching: Promise<void>;

  private constructor(
    private readonly project: Project,
    private readonly terminal: Terminal,
    private readonly env: Readonly<Record<string, string>>,
    /** The remaining blocks. */
    readonly unread: Block[],
    private readonly replace: (line: string) => string,
    private readonly exitCodes: readonly number[],
  ) {
    this.watching = this.watchProcesses();
  }

  static async open(project: Project, path: string, options: ReaderOptions = {}): Promise<Reader> {
    const { cwd = project.folder, env = {}, without = [], section, skipped = [] } = options;
    const { replace = (line: string) => line, exitCodes = [0] } = options;
    const all = Object.entries({ ...project.env, ...NPM, ...env }).filter(
      ([name]) => !without.includes(name),
    );
    const history = join(project.folder, "history");
    const own = Object.fromEntries(all);
    const terminal = await Terminal.open(cwd, own, history);
    const blocks = (await readGuide(path)).filter(
      (block) => (section === undefined || block.section === section) && !skipped.includes(block.section),
    );
    return new Reader(project, terminal, own, blocks, replace, exitCodes);
  }

  /**
   * Follows the next block: enters its lines, or writes it to the file that the guide names.
   *
   * @param begins how the block must begin, so that the test and the guide stay in step
   * @returns the terminal's output
   */
  async follow(begins: string, ...answers: Answer[]): Promise<string> {
    const [block] = this.unread;
    expect(block?.text.slice(0, begins.length)).toBe(begins);
    this.unread.shift();
    if (block.language !== "sh") {
      await this.write(block);
      return "";
    }
    return this.enter(block.text.trimEnd(), ...answers);
  }

  /** Enters lines, from the guide or not. Every answer must have a prompt. */
  async enter(lines: string, ...answers: Answer[]): Promise<string> {
    const remaining = [...answers];
    let all = "";
    for (const line of lines.split("\n")) {
      this.commands += 1;
      const { exitCode = 0, shown } = await this.terminal.enter(this.replace(line), remaining);
      if (!this.exitCodes.includes(exitCode)) throw new Error(`"${line}" ended with ${exitCode}:\n${shown}`);
      all += shown;
      if (line.includes("--show-secrets")) this.shownOnPurpose.push(shown);
    }
    if (remaining.length === 0) return all;
    throw new Error(`"${lines}" did not ask ${remaining[0].when}. The terminal shows:\n${all}`);
  }

  /** Opens a second terminal in the folder of the first one. The caller closes it. */
  openAnother(): Promise<Terminal> {
    return Terminal.open(this.terminal.folder, this.env, join(this.project.folder, "second-history"));
  }

  /** Closes the terminal. Its output and the arguments of processes are then searched for secrets. */
  async close(): Promise<void> {
    await this.terminal.close();
    this.isReading = false;
    await this.watching;
    const note = (command: string, stdout: string) =>
      this.project.said.push({ command, exitCode: 0, stdout, stderr: "" });
    const { shown } = this.terminal;
    note(
      "the terminal",
      this.shownOnPurpose.reduce((text, part) => text.replace(part, ""), shown),
    );
    note("the list of processes", [...this.seen].join("\n"));
  }

  private async write({ file, text }: Block): Promise<void> {
    if (file === undefined) throw new Error(`The guide does not say where to write\n${text}`);
    const path = join(this.terminal.folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  private async watchProcesses(): Promise<void> {
    while (this.isReading) {
      for (const { command } of await processesIn(this.project.folder)) this.seen.add(command);
      await sleep(LOOKS_EVERY_MS);
    }
  }
}
