// @ts-check
import { randomBytes } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { withProcessLock } from "../process-lock.mjs";

/**
 * Makes a folder in a cache, one process at a time.
 *
 * @param {string} folder
 * @param {object} options
 * @param {string} options.what the build that others wait for, such as "the build of Pulumi's CLI"
 * @param {(line: string) => void} options.log
 * @param {number} options.waitMs
 * @param {() => boolean} options.isMade whether the folder is complete
 * @param {(draft: string) => Promise<void>} options.make makes the folder under another name
 * @returns {Promise<boolean>} false if another process made it in the meantime
 */
export async function makeOnce(folder, { what, log, waitMs, isMade, make }) {
  const [cache, key] = [join(folder, ".."), folder.split(/[\\/]/).at(-1)];
  return withProcessLock(`${folder}.lock`, { what, log, limitMs: waitMs }, async () => {
    if (isMade()) return false;
    // Only the owner of the lock gets here, so existing files are from a process that died, or were damaged.
    const drafts = `.draft-${key}-`;
    const left = (await readdir(cache)).filter((name) => name === key || name.startsWith(drafts));
    await Promise.all(left.map((name) => removeFolder(join(cache, name))));
    // A new name, because a compiler that outlived its parent may still write into the old folder.
    const draft = join(cache, `${drafts}${randomBytes(4).toString("hex")}`);
    try {
      await make(draft);
      await rename(draft, folder);
      return true;
    } finally {
      await removeFolder(draft);
    }
  });
}

/** @param {string} folder */
async function removeFolder(folder) {
  // Best effort, because an orphaned compiler may still write there. The next build removes the rest.
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }).catch(() => {});
}
