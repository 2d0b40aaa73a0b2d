import { parse, stringify } from "yaml";
import { pluginSettings } from "../e2e/harness/native-face";
import type { Block } from "../guides/guide";
import { goFiles } from "./journey-programs";
import { projectFile } from "./languages";

/** The section of docs/languages.md with the program around a snippet. */
const FRAME = "The program around a snippet";

/** The languages of docs/languages.md whose snippets run here. */
export type Tested = "yaml" | "python" | "go";

interface Snippet {
  readonly section: string;
  readonly text: string;
}

/** The headings under which docs/languages.md has a snippet of a language. */
export function sectionsOf(guide: readonly Block[], language: string): string[] {
  return guide.filter((block) => block.language === language).map(({ section }) => section);
}

/** One program with all snippets of a language, and the project file: a program for each would take minutes. */
export function programOf(guide: readonly Block[], language: Tested): Record<string, string> {
  const blocks = guide.filter((block) => block.language === language);
  const frame = blocks.find(({ section }) => section === FRAME)?.text ?? "";
  const snippets = blocks.filter(({ section }) => section !== FRAME);
  if (language === "yaml") return { "Pulumi.yaml": frame + pluginSettings() + merged(snippets) };
  const files = language === "python" ? pythonFiles(frame, snippets) : goFiles(goProgram(frame, snippets));
  return { ...files, "Pulumi.yaml": projectFile(language) };
}

/** A module for each snippet. */
function pythonFiles(frame: string, snippets: readonly Snippet[]): Record<string, string> {
  const name = ({ section }: Snippet) => section.toLowerCase().replaceAll(" ", "_");
  return {
    ...Object.fromEntries(snippets.map((it) => [`${name(it)}.py`, `${frame}\n${it.text}`])),
    "__main__.py": snippets.map((it) => `import ${name(it)}\n`).join(""),
  };
}

/** A block for each snippet: the compiler finds variables that it does not use. */
function goProgram(frame: string, snippets: readonly Snippet[]): string {
  const config = '\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"\n';
  const blocks = snippets.map(({ section, text }) => `// ${section}\n{\n${text}}\n`).join("");
  return frame.replace("\n)\n", `\n${config})\n`).replace("// The snippet.\n", () => blocks);
}

/** Joins the parts of all snippets, such as their resources. */
function merged(snippets: readonly Snippet[]): string {
  const whole: Record<string, Record<string, unknown>> = {};
  for (const { text } of snippets) {
    for (const [part, entries] of Object.entries<Record<string, unknown>>(parse(text))) {
      for (const [name, entry] of Object.entries(entries)) {
        if (whole[part]?.[name] !== undefined) throw new Error(`Two snippets have ${part}.${name}`);
        whole[part] = { ...whole[part], [name]: entry };
      }
    }
  }
  return stringify(whole);
}
