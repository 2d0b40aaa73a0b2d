import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { parseJson } from "../../provider/payengine/parse-json";

/** The largest file that is read, in bytes: parsing needs several times its size in memory. */
export const LARGEST_HAR = 100_000_000;

const EXPORT_AGAIN = "export the recording from your browser's network tab again";

const Pairs = z
  .array(z.object({ name: z.string(), value: z.string() }).catch({ name: "", value: "" }))
  .catch([]);

/** What is read of an entry. Browsers leave out different parts, so only the request line and the status are required. */
const HarEntry = z.object({
  startedDateTime: z.string().catch(""),
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: Pairs,
    cookies: z.array(z.unknown()).catch([]),
    postData: z
      .object({ mimeType: z.string().catch(""), text: z.string().catch(""), params: Pairs })
      .optional()
      .catch(undefined),
  }),
  response: z.object({
    status: z.number(),
    headers: Pairs,
    content: z
      .object({ mimeType: z.string().catch(""), text: z.string().catch(""), encoding: z.string().catch("") })
      .catch({ mimeType: "", text: "", encoding: "" }),
  }),
});

/** One request with its response, as a browser recorded it. It holds secrets. */
export type HarEntry = z.output<typeof HarEntry>;

const Har = z.object({ log: z.object({ entries: z.array(z.unknown()) }) });

/**
 * Reads a browser's recording.
 *
 * @throws Error that names the file and what to do, and nothing that the file contains.
 */
export async function readHar(path: string): Promise<readonly HarEntry[]> {
  return parseHar(path, await readText(path));
}

/**
 * The entries of a recording's text.
 *
 * @param path of the file, for errors.
 * @throws Error as {@link readHar}.
 */
export function parseHar(path: string, content: string): readonly HarEntry[] {
  const text = content.replace(/^\uFEFF/, "").trim();
  if (text === "") throw new Error(`${path} is empty; ${EXPORT_AGAIN}.`);
  const value = parseJson(text);
  if (value === undefined) throw new Error(`${path} ${isCut(text) ? CUT : NOT_JSON}`);
  const har = Har.safeParse(value);
  if (!har.success)
    throw new Error(
      `${path} is JSON, but not a HAR: it has no log.entries; ${EXPORT_AGAIN}, with "Export HAR (with sensitive data)" or "Save All As HAR".`,
    );
  return har.data.log.entries.flatMap((entry) => HarEntry.safeParse(entry).data ?? []);
}

const CUT = `is cut short: its JSON does not end; ${EXPORT_AGAIN}, and wait until the browser has saved it.`;
const NOT_JSON = `is not JSON, so it is not a HAR; ${EXPORT_AGAIN}, with "Export HAR (with sensitive data)" or "Save All As HAR".`;

async function readText(path: string): Promise<string> {
  // Opening a pipe would wait for its writer.
  const status = await readable(path, stat(path));
  if (status.isDirectory()) throw new Error(`${path} is a folder; give the .har file in it.`);
  if (!status.isFile()) throw new Error(`${path} is not a file; save the recording as a .har file first.`);
  if (status.size > LARGEST_HAR)
    throw new Error(
      `${path} has ${megabytes(status.size)} MB, and at most ${megabytes(LARGEST_HAR)} MB are read; clear the network tab, ` +
        "create, list and revoke one key, and export the recording at once.",
    );
  return readable(path, readFile(path, "utf8"));
}

async function readable<T>(path: string, result: Promise<T>): Promise<T> {
  return result.catch((error: NodeJS.ErrnoException) => {
    throw new Error(`Cannot read ${path}: ${WHY[error.code ?? ""] ?? `the system reports ${error.code}`}.`);
  });
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "you may not read it",
  EPERM: "you may not read it",
};

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000);
}

/** Whether the text begins as JSON's object does, and ends before its last bracket. */
function isCut(text: string): boolean {
  if (!text.startsWith("{")) return false;
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isInText) {
      if (sign === "\\") at++;
      else if (sign === '"') isInText = false;
    } else if (sign === '"') isInText = true;
    else if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") depth--;
  }
  return isInText || depth > 0;
}
