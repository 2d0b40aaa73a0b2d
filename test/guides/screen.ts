import { type IBufferCell, Terminal } from "@xterm/headless";

/** A run of characters that look alike. */
export interface Span {
  readonly text: string;
  /** Names of its color and weight, such as "green bold"; empty for plain text. */
  readonly style: string;
}

export type Line = readonly Span[];

const ROWS = 50;
const COLORS = ["gray", "red", "green", "yellow", "blue", "magenta", "cyan", ""];

/** What a terminal shows of a program's output once all its escape sequences have had their effect. */
export class Screen {
  private readonly terminal: Terminal;

  constructor(private readonly columns: number) {
    this.terminal = new Terminal({ cols: columns, rows: ROWS, scrollback: 1_000, allowProposedApi: true });
  }

  write(output: string): Promise<void> {
    return new Promise((resolve) => this.terminal.write(output, resolve));
  }

  /** The lines up to the last that is not empty. */
  lines(): Line[] {
    const buffer = this.terminal.buffer.active;
    const lines = Array.from({ length: buffer.length }, (_, row) => this.line(row));
    return lines.slice(0, lines.findLastIndex((line) => line.length > 0) + 1);
  }

  private line(row: number): Line {
    const line = this.terminal.buffer.active.getLine(row);
    const spans: { text: string; style: string }[] = [];
    for (let column = 0; column < this.columns; column++) {
      const cell = line?.getCell(column);
      if (!cell) continue;
      const [text, style] = [cell.getChars() || " ", styleOf(cell)];
      const last = spans.at(-1);
      if (last?.style === style) last.text += text;
      else spans.push({ text, style });
    }
    return trimmed(spans);
  }
}

function styleOf(cell: IBufferCell): string {
  const color = cell.isFgPalette() ? (COLORS[cell.getFgColor() % 8] ?? "") : "";
  return [color, cell.isBold() ? "bold" : ""].filter(Boolean).join(" ");
}

function trimmed(line: readonly Span[]): Line {
  const end = line.findLastIndex(({ text }) => text.trim() !== "");
  return line
    .slice(0, end + 1)
    .map((span, at) => (at === end ? { ...span, text: span.text.trimEnd() } : span));
}
