import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

const folder = join(__dirname, "..", "..", "page");
const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The page's script, styles and icon, by their file names. */
export const staticFiles = readdirSync(folder)
  .filter((name) => extname(name) in types)
  .map((name) => ({ name, type: types[extname(name)] ?? "", body: readFileSync(join(folder, name)) }));
