import { readdir, readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join, posix, win32 } from "node:path";
import { z } from "zod";
import { parseJson } from "../../provider/payengine/parse-json";

/** Who holds the lock of a stack, as a file backend says it. */
export interface StackLock {
  /** The user who runs the CLI. */
  readonly owner: string;
  /** The machine it runs on. */
  readonly host: string;
  /** Its process id there; 0 where the lock cannot be read. */
  readonly pid: number;
  /** When it took the lock. */
  readonly since: Date;
}

const Lock = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
});

/**
 * Reads the lock of a stack where its backend is a folder; other backends do not show theirs.
 *
 * @param url the backend's, such as `file://~`.
 * @param cwd where the CLI runs: it resolves relative addresses from there.
 */
export async function readLock(
  url: string,
  cwd: string,
  project: string,
  stack: string,
): Promise<StackLock | undefined> {
  const folder = backendFolder(url, cwd);
  if (folder === undefined) return undefined;
  const locks = join(folder, ".pulumi", "locks");
  // Backends of before 2023 know no projects.
  const found = await Promise.all([
    lockIn(join(locks, "organization", project, stack)),
    lockIn(join(locks, stack)),
  ]);
  return found.find((lock) => lock !== undefined);
}

/**
 * The folder of a file backend; `undefined` for any other. Read as the CLI reads it, escapes decoded: neither `file://~`
 * nor `file://./state` is a URL by the rules.
 */
export function backendFolder(url: string, cwd: string, platform = process.platform): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const [written = ""] = url.slice("file://".length).split(/[?#]/, 1);
  const path = decodeURIComponent(written);
  const paths = platform === "win32" ? win32 : posix;
  // Whatever stands between `~` and the rest, the CLI drops one character.
  if (path.startsWith("~")) return paths.join(userInfo().homedir, path.slice(2));
  const isDrive = platform === "win32" && /^\/[a-z]:/i.test(path);
  return paths.resolve(cwd, isDrive ? path.slice(1) : path);
}

/** A file backend keeps each lock as a file in a folder of the stack. */
async function lockIn(folder: string): Promise<StackLock | undefined> {
  const names = (await unlessMissing(readdir(folder))) ?? [];
  for (const name of names.filter((it) => it.endsWith(".json"))) {
    const text = await unlessMissing(readFile(join(folder, name), "utf8").catch(emptyIfInUse));
    // Released between the listing and here.
    if (text === undefined) continue;
    const lock = Lock.safeParse(parseJson(text));
    // It may be in the middle of being written: a lock all the same.
    if (!lock.success) return { owner: "somebody", host: "an unknown host", pid: 0, since: new Date() };
    const { username, hostname, pid, timestamp } = lock.data;
    return { owner: username, host: hostname, pid, since: new Date(timestamp) };
  }
  return undefined;
}

/** On Windows, a file that the CLI is writing or removing at this moment cannot be read. */
function emptyIfInUse(error: unknown): string {
  if (["EBUSY", "EPERM"].includes(Object(error).code)) return "";
  throw error;
}

/** @throws what keeps the backend from being read: a lock that cannot be seen may be there. */
async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(Object(error).code)) return undefined;
    throw error;
  }
}
