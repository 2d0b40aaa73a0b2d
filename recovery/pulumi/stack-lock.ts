import { readdir, readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join, posix, win32 } from "node:path";
import { z } from "zod";
import { parseJson } from "../../provider/payengine/parse-json";

/** The holder of a stack's lock, from a file backend. */
export interface StackLock {
  /** The user who runs the CLI. */
  readonly owner: string;
  /** The machine that runs the CLI. */
  readonly host: string;
  /** Process ID on that machine; 0 if the lock cannot be read. */
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
 * Reads the lock of a stack on a file backend. Other backends do not show their locks.
 *
 * @param url of the backend, such as `file://~`.
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
  // Backends from before 2023 have no projects.
  const found = await Promise.all([
    lockIn(join(locks, "organization", project, stack)),
    lockIn(join(locks, stack)),
  ]);
  return found.find((lock) => lock !== undefined);
}

/**
 * The folder of a file backend; `undefined` for any other backend. Parsed as the CLI does, with escapes decoded, because
 * neither `file://~` nor `file://./state` is a valid URL.
 */
export function backendFolder(url: string, cwd: string, platform = process.platform): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const [written = ""] = url.slice("file://".length).split(/[?#]/, 1);
  const path = decodeURIComponent(written);
  const paths = platform === "win32" ? win32 : posix;
  // The CLI drops one character after `~`, whatever it is.
  if (path.startsWith("~")) return paths.join(userInfo().homedir, path.slice(2));
  const isDrive = platform === "win32" && /^\/[a-z]:/i.test(path);
  return paths.resolve(cwd, isDrive ? path.slice(1) : path);
}

/** A file backend stores each lock as a file in a folder of the stack. */
async function lockIn(folder: string): Promise<StackLock | undefined> {
  const names = (await unlessMissing(readdir(folder))) ?? [];
  for (const name of names.filter((it) => it.endsWith(".json"))) {
    const text = await unlessMissing(readFile(join(folder, name), "utf8").catch(emptyIfInUse));
    // Released between the listing and here.
    if (text === undefined) continue;
    const lock = Lock.safeParse(parseJson(text));
    // An incomplete file is being written: still a lock.
    if (!lock.success)
      return { owner: "an unknown user", host: "an unknown host", pid: 0, since: new Date() };
    const { username, hostname, pid, timestamp } = lock.data;
    return { owner: username, host: hostname, pid, since: new Date(timestamp) };
  }
  return undefined;
}

/** On Windows, a file cannot be read while the CLI writes or removes it. */
function emptyIfInUse(error: unknown): string {
  if (["EBUSY", "EPERM"].includes(Object(error).code)) return "";
  throw error;
}

/** @throws any other error: a backend that cannot be read may have a lock. */
async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(Object(error).code)) return undefined;
    throw error;
  }
}
