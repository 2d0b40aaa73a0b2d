import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../e2e/harness/processes";

/** What a person types when a program asks. */
export interface Answer {
  readonly when: RegExp;
  readonly type: string;
}

/** How a line that was entered has ended. */
export interface Entered {
  /** Undefined where the shell waits for more lines of the same command. */
  readonly exitCode: number | undefined;
  /** What the terminal has shown meanwhile. */
  readonly shown: string;
}

/** A person takes longer; a program that has asked may still be about to hide what is typed. */
const THINKS_MS = 300;
const LIMIT_MS = 180_000;
const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
const CURSOR_WHERE = `${ESCAPE}[6n`;
const CURSOR_HERE = `${ESCAPE}[1;1R`;
/** The prompts are marks that only a terminal's program sees: a command has ended, how, and in which folder. */
const MARK = new RegExp(`${ESCAPE}\\]133;(?:D;(\\d+);(.*?)|C)${BELL}`);

/** An interactive bash at a terminal, with a history. */
export class Terminal {
  /** Everything that was shown so far. */
  shown = "";
  /** The folder that the shell is in. */
  folder = "";
  private readonly ended: Promise<unknown>;
  private position = 0;

  private constructor(private readonly process: ChildProcessWithoutNullStreams) {
    this.ended = once(process, "exit");
    for (const stream of [process.stdout, process.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.shown += text;
        // A terminal says where its cursor is; a program that asks in vain waits for seconds.
        if (text.includes(CURSOR_WHERE)) process.stdin.write(CURSOR_HERE);
      });
    }
    // Whoever enters a line notices that nobody is there.
    process.stdin.on("error", () => {});
  }

  /** @param history the file that the shell keeps its history in. @param columns the width of the terminal. */
  static async open(
    cwd: string,
    env: Readonly<Record<string, string>>,
    history: string,
    columns = 200,
  ): Promise<Terminal> {
    const marks = { PS1: `${ESCAPE}]133;D;$?;$PWD${BELL}`, PS2: `${ESCAPE}]133;C${BELL}` };
    const shell = `stty cols ${columns} rows 50; exec bash --noprofile --norc -i`;
    const process = spawn("script", ["-qfec", shell, "/dev/null"], {
      cwd,
      env: { ...env, ...marks, TERM: "xterm", HISTFILE: history },
    });
    const terminal = new Terminal(process);
    await terminal.untilPrompt("bash", []);
    return terminal;
  }

  /** Types a line, and what is asked for on the way. @param answers those that were given are taken out. */
  enter(line: string, answers: Answer[]): Promise<Entered> {
    this.process.stdin.write(`${line}\r`);
    return this.untilPrompt(line, answers);
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.process.stdin.write("\u0003");
  }

  /** Leaves the shell, which writes its history. */
  async close(): Promise<void> {
    this.process.stdin.write("exit\r");
    const isOver = await Promise.race([this.ended, sleep(10_000, undefined, { ref: false })]);
    if (isOver === undefined) this.process.kill("SIGKILL");
  }

  private async untilPrompt(line: string, answers: Answer[]): Promise<Entered> {
    const start = this.position;
    const look = async (): Promise<Entered | undefined> => {
      const unread = this.shown.slice(this.position);
      const mark = MARK.exec(unread);
      const [next] = answers;
      const question = next?.when.exec(unread);
      if (question && (!mark || question.index < mark.index)) {
        this.position += question.index + question[0].length;
        answers.shift();
        await sleep(THINKS_MS);
        this.process.stdin.write(`${next.type}\r`);
      } else if (mark) {
        const end = this.position + mark.index;
        this.position = end + mark[0].length;
        this.folder = mark[2] ?? this.folder;
        const exitCode = mark[1] === undefined ? undefined : Number(mark[1]);
        return { exitCode, shown: this.shown.slice(start, end) };
      }
      return undefined;
    };
    return until(`"${line}" has ended`, look, LIMIT_MS).catch((error: Error) => {
      throw new Error(`${error.message}. The terminal shows:\n${this.shown.slice(start)}`);
    });
  }
}
