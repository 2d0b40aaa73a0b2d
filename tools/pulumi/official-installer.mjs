// @ts-check
import { createRequire } from "node:module";

/**
 * Installs the CLI with Pulumi's official installer, which downloads it.
 *
 * @param {string} root gets a folder `bin`
 * @param {string} version
 * @param {{ log: (line: string) => void, limitMs: number }} options
 */
export async function installOfficially(root, version, { log, limitMs }) {
  let automation;
  try {
    automation = createRequire(import.meta.url)("@pulumi/pulumi/automation");
  } catch (cause) {
    throw new Error("@pulumi/pulumi, which brings the installer, is not installed: run `npm ci` first", {
      cause,
    });
  }
  log(`Installing Pulumi ${version} with its official installer`);
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const ticker = setInterval(() => log(`Installing Pulumi ${version}: ${seconds()} s`), 5_000);
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${seconds()} s, the limit`)), limitMs);
  });
  try {
    await Promise.race([automation.PulumiCommand.install({ root, version }), limit]);
  } finally {
    clearInterval(ticker);
    clearTimeout(timer);
  }
}
