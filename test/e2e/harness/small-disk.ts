import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const FILES = 400;

/** Mounts a file system that is soon full in a folder. @returns whether this user and machine may. */
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
 * Takes the last file that the disk has room for. With room for a file and none for what is in it, Pulumi's file
 * backend puts an empty file in the place of the state: what a provider does then has no bearing.
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
