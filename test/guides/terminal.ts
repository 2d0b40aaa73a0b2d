import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../e2e/harness/processes";

/** A person's input at a prompt. */
export interface Answer {
  readonly when: RegExp;
  readonly type: string;
}

/** How an entered line ended. */
export interface Entered {
  /** Undefined if the shell waits for more lines of the same command. */
  readonly exitCode: number | undefined;
  /** The terminal's output in between. */
  readonly shown: string;
}

/** A person takes longer. A program with a prompt may need this time to hide the input. */
const THINKS_MS = 300;
const LIMIT_MS = 180_000;
const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
const CURSOR_WHERE = `${ESCAPE}[6n`;
const CURSOR_HERE = `${ESCAPE}[1;1R`;
/** Invisible marks in the prompt: a command has ended, with which exit code, and in which folder. */
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
        // A terminal reports its cursor position; without a reply, a program waits for seconds.
        if (text.includes(CURSOR_WHERE)) process.stdin.write(CURSOR_HERE);
      });
    }
    // The next entered line reports that the shell has ended.
    process.stdin.on("error", () => {});
  }

  /** @param history the shell's history file. @param columns the width of the terminal. */
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

  /** Types a line, and answers prompts. @param answers used answers are removed. */
  enter(line: string, answers: Answer[], limitMs = LIMIT_MS): Promise<Entered> {
    this.process.stdin.write(`${line}\r`);
    return this.untilPrompt(line, answers, limitMs);
  }

  /** Presses Ctrl-C. */
  interrupt(): void {
    this.process.stdin.write("\u0003");
  }

  /** Exits the shell, which writes its history. */
  async close(): Promise<void> {
    this.process.stdin.write("exit\r");
    const isOver = await Promise.race([this.ended, sleep(10_000, undefined, { ref: false })]);
    if (isOver === undefined) this.process.kill("SIGKILL");
  }

  private async untilPrompt(line: string, answers: Answer[], limitMs = LIMIT_MS): Promise<Entered> {
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
    return until(`"${line}" has ended`, look, limitMs).catch((error: Error) => {
      throw new Error(`${error.message}. The terminal shows:\n${this.shown.slice(start)}`);
    });
  }
}
