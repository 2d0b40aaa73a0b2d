import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const FILES = 400;

/** Mounts a small file system in a folder. @returns false if this user or machine may not. */
export function mountSmallDisk(folder: string): Promise<boolean> {
  return run("mount", ["-t", "tmpfs", "-o", `nr_inodes=${FILES}`, "tmpfs", folder]).then(
    () => true,
    () => false,
  );
}

export async function unmount(folder: string): Promise<void> {
  await run("umount", ["--lazy", folder]);
}

/**
 * Takes the last space of the disk. With room for a file but not for its contents, Pulumi's file
 * backend replaces the state with an empty file, whatever a provider does.
 */
export async function fillDisk(disk: string): Promise<void> {
  await mkdir(filler(disk));
  for (let file = 0; file <= FILES; file++) {
    const code = await writeFile(join(filler(disk), String(file)), "").catch(
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (code === "ENOSPC") return;
  }
  throw new Error("The disk was to be full, but is not");
}

export async function freeDisk(disk: string): Promise<void> {
  await rm(filler(disk), { recursive: true, force: true });
}

const filler = (disk: string) => join(disk, "filler");
