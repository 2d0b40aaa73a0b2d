import { join } from "node:path";
import { MERCHANT_IDS, startSandbox } from "payengine-sandbox";
import { Project } from "../e2e/harness/project";
import { readGuide } from "./guide";
import { type Line, Screen } from "./screen";
import { Terminal } from "./terminal";

/** The picture of a terminal in the README. `npm run picture` writes it. */
export const PICTURE = join(__dirname, "../../docs/terminal.svg");

const COLUMNS = 80;
const COMMANDS = ["pulumi up --yes --skip-preview", "pulumi stack output"];

/** Runs the README's program at a terminal, and draws what the terminal shows as an SVG. */
export async function takePicture(): Promise<string> {
  const sandbox = await startSandbox({ seed: 1 });
  const [program] = await readGuide("README.md");
  const project = await Project.create({
    files: { "index.ts": program?.text ?? "" },
    config: { "payengine:apiUrl": sandbox.url, "payengine:accountId": MERCHANT_IDS.sandbox[0] },
    secrets: { "payengine:apiKey": sandbox.adminKey ?? "" },
  });
  const { NO_COLOR: _, ...env } = project.env;
  const terminal = await Terminal.open(project.folder, env, join(project.folder, "history"), COLUMNS);
  const screen = new Screen(COLUMNS);
  try {
    for (const command of COMMANDS) {
      const { shown, exitCode } = await terminal.enter(command, []);
      if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}:\n${shown}`);
      await screen.write(`\x1b[1m$ \x1b[0m${command}\r\n${outputIn(shown).trimEnd()}\r\n\r\n`);
    }
    await project.ok("destroy", "--skip-preview");
  } finally {
    await terminal.close();
    await project.remove();
    await sandbox.close();
  }
  const lines = screen.lines().map(steady);
  return drawn(lines.filter((line, at) => line.length > 0 || lines[at - 1]?.length > 0));
}

/** What follows the echo of a command: a terminal may echo it twice if it was typed before the shell was ready. */
function outputIn(shown: string): string {
  const [, ...output] = shown.split(END_OF_EDITING);
  return output.join("");
}

/** How bash ends the editing of a line. */
const END_OF_EDITING = "\x1b[?2004l\r";

/** A line without what differs from run to run. */
function steady(line: Line): Line {
  return line.map(({ text, style }) => ({
    style,
    text: text
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/, KEY_ID)
      .replace(/\([\d.]+s\)/, "(1s)")
      .replace(/^ \d+s$/, " 2s"),
  }));
}

const KEY_ID = "99b288aa-bf61-4368-9fb4-89c5dae4aa95";
const [CHARACTER, LEADING, MARGIN] = [8.4, 20, 20];

/** Text stays text, so that it can be searched, selected and read aloud. */
function drawn(lines: readonly Line[]): string {
  const [width, height] = [Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN), lines.length * LEADING + 2 * MARGIN];
  const rows = lines.map((line, row) => {
    let column = 0;
    const spans = line.map(({ text, style }) => {
      const x = (MARGIN + column * CHARACTER).toFixed(1);
      column += text.length;
      return text.trim() === ""
        ? ""
        : `<tspan x="${x}"${style && ` class="${style}"`}>${escaped(text)}</tspan>`;
    });
    return `<text y="${MARGIN + row * LEADING + 14}">${spans.join("")}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A terminal: pulumi up creates a key, pulumi stack output masks its value">
<style>
rect { fill: #0d1117 }
text { fill: #e6edf3; font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }
.bold { font-weight: 700 } .green { fill: #3fb950 } .red { fill: #ff7b72 } .yellow { fill: #d29922 } .blue { fill: #79c0ff } .magenta { fill: #d2a8ff } .cyan { fill: #76e3ea } .gray { fill: #8b949e }
</style>
<rect width="100%" height="100%" rx="8"/>
${rows.join("\n")}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
