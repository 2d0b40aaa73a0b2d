import { readFile } from "node:fs/promises";
import { join } from "node:path";
import MarkdownIt from "markdown-it";

export const REPOSITORY = join(__dirname, "../..");

/** A fenced block of a guide, word for word. */
export interface Block {
  /** The heading above it. */
  readonly section: string;
  readonly language: string;
  readonly text: string;
  /** The file named in the text before it, where a reader writes a block that is not a command. */
  readonly file: string | undefined;
}

/** A file name in a sentence. */
const FILE = /^[\w./-]+\.(ts|js|json|ya?ml)$/;

/** The fenced blocks of a Markdown text, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let section = "";
  let file: string | undefined;
  const tokens = new MarkdownIt().parse(markdown, {});
  for (const [index, { type, info, content, children }] of tokens.entries()) {
    if (type === "inline" && tokens[index - 1].type === "heading_open") section = content;
    else if (type === "inline") {
      const code = (children ?? []).filter((child) => child.type === "code_inline");
      file = code.map((child) => child.content).findLast((text) => FILE.test(text));
    } else if (type === "fence") blocks.push({ section, language: info.trim(), text: content, file });
  }
  return blocks;
}

/** @param path such as "docs/rotation.md". */
export async function readGuide(path: string): Promise<Block[]> {
  return blocksOf(await readFile(join(REPOSITORY, path), "utf8"));
}
