// @ts-check
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programIn } from "./platform.mjs";
import { outputOf, runAsCommand, runStep } from "./processes.mjs";
import { cacheFolder, programOnPath } from "./pulumi/cli-folder.mjs";
import { makeOnce } from "./pulumi/made-once.mjs";

const MINUTE = 60_000;
/** What Python programs need beside the SDK, and what checks it: each package by its hashes. */
const REQUIREMENTS = fileURLToPath(new URL("pulumi/python/requirements.txt", import.meta.url));

/**
 * Finds a virtual environment with Pulumi's SDK for Python in this project's cache, or makes it with the Python on PATH.
 *
 * @param {{ log?: (line: string) => void, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} the folder of its `python`, which must be first on PATH: Pulumi's Python host runs that one
 */
export async function findPythonEnvironment({ log = (line) => console.error(line), env = process.env } = {}) {
  const python = programOnPath(env, "python3");
  if (!python) throw new Error("Python is not on PATH: tests of Python programs need it.");
  // A pyenv shim chooses by the folder.
  const options = { cwd: "/", env, limitMs: MINUTE };
  const version = await outputOf(python, ["-c", "import sys; print(sys.version, sys.executable)"], options);
  const hash = createHash("sha256").update(version).update(readFileSync(REQUIREMENTS));
  const root = join(cacheFolder(env), "python", `pulumi-${hash.digest("hex").slice(0, 12)}`);
  const binDir = join(root, "bin");
  const isMade = () => programIn(binDir, "python") !== undefined;
  if (isMade()) return binDir;
  const make = async (/** @type {string} */ draft) => {
    await mkdir(draft);
    const step = { cwd: "/", env, log, limitMs: 15 * MINUTE };
    await runStep(python, ["-m", "venv", draft], { title: "Making a Python environment", ...step });
    const install = [
      "-m",
      "pip",
      "install",
      "--require-hashes",
      "--only-binary",
      ":all:",
      "-r",
      REQUIREMENTS,
    ];
    await runStep(join(draft, "bin/python"), install, { title: "Installing Pulumi for Python", ...step });
  };
  await makeOnce(root, { what: "the Python environment", log, waitMs: 20 * MINUTE, isMade, make });
  return binDir;
}

/** Prints the folder. */
await runAsCommand(import.meta.url, () => findPythonEnvironment());
