// @ts-check
import { execFileSync } from "node:child_process";

const SAME_BYTES = [
  ...["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rw,go=rX"],
  "--use-compress-program=gzip -9n",
];

/**
 * Packs a folder. The same files give the same bytes.
 *
 * @param {string} folder
 * @param {string} file the archive, `.tar.gz`
 * @param {readonly string[]} [leftOut] patterns such as "./dist"
 */
export function packFolder(folder, file, leftOut = []) {
  const excluded = leftOut.map((pattern) => `--exclude=${pattern}`);
  execFileSync("tar", ["--create", ...SAME_BYTES, "--file", file, ...excluded, "--directory", folder, "."]);
}
