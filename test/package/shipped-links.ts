import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import MarkdownIt from "markdown-it";

/** A URL with a scheme, such as https: or mailto:. */
const ABSOLUTE = /^[a-z][a-z+.-]*:/i;
const HTML_LINK = /\b(?:href|src|srcset)="([^"]+)"/g;
const HTML_ANCHOR = /\b(?:id|name)="([^"]+)"/g;

/**
 * The relative links and images of the Markdown files below a folder that lead to no file of this folder, or to no heading
 * of the file.
 *
 * @returns as in "docs/a.md: ../b.md#c"
 */
export function brokenLinksIn(folder: string): string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".md"),
  );
  return pages.sort().flatMap((page) => {
    const broken = linksOf(join(folder, page)).filter((link) => !leadsSomewhere(folder, page, link));
    return broken.map((link) => `${page}: ${link}`);
  });
}

function leadsSomewhere(folder: string, page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#").map(decodeURIComponent);
  const target = path === "" ? join(folder, page) : join(folder, dirname(page), path);
  if (relative(folder, target).startsWith("..") || !existsSync(target)) return false;
  return anchor === undefined || (statSync(target).isFile() && anchorsOf(target).has(anchor));
}

function tokensOf(file: string) {
  const tokens = new MarkdownIt({ html: true }).parse(readFileSync(file, "utf8"), {});
  return tokens.flatMap((token) => [token, ...(token.children ?? [])]);
}

function linksOf(file: string): string[] {
  const links = tokensOf(file).flatMap((token) => {
    if (token.type.startsWith("html_")) return [...token.content.matchAll(HTML_LINK)].map(([, link]) => link);
    return [token.attrGet("href"), token.attrGet("src")];
  });
  return links.filter((link): link is string => Boolean(link) && !ABSOLUTE.test(link ?? ""));
}

/** As GitHub and npm name the headings of a page. */
function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  const tokens = tokensOf(file);
  for (const [index, { type }] of tokens.entries()) {
    if (type.startsWith("html_"))
      for (const [, name = ""] of tokens[index]?.content.matchAll(HTML_ANCHOR) ?? []) anchors.add(name);
    if (type !== "heading_open") continue;
    const text = (tokens[index + 1]?.children ?? []).map(({ content }) => content).join("");
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let number = 1; anchors.has(anchor); number += 1) anchor = `${slug}-${number}`;
    anchors.add(anchor);
  }
  return anchors;
}
