// @ts-check
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellScript, sourceLine } from "../platform.mjs";
import { colored, wrapped } from "../terminal.mjs";
import { STACK } from "./quickstart.mjs";

/** Replaces what a user's terminal may have for another stack and account. An empty text counts as no account. */
const THIS_STACK = { PULUMI_STACK: STACK, PAYENGINE_API_KEY: "", PAYENGINE_API_URL: "" };

/**
 * Writes a script that gets another terminal ready for the stack. It has the stack's passphrase, which the terminal of
 * `npm start` need not show.
 *
 * @param {{ folder: string, project: string, settings: Record<string, string>, binDir: string }} options
 * @returns {Promise<string>} the script's path
 */
export async function writeShellScript({ folder, project, settings, binDir }) {
  const path = join(folder, "env");
  const script = shellScript({ folder: project, settings: { ...THIS_STACK, ...settings }, binDir });
  await writeFile(path, script, { mode: 0o600 });
  return path;
}

/**
 * How to use what `npm start -- --keep` leaves running. The stack's config has the sandbox's admin key, so it need not be
 * shown.
 *
 * @param {{ sandbox: { url: string, pageUrl: string, signInCode: string }, script: string }} running
 */
export function keptText({ sandbox: { url, pageUrl, signInCode }, script }) {
  return `
  Page     ${accent(pageUrl)}
  Sign in  as a user, with the code ${accent(signInCode)}
  API      ${accent(url)}

In another terminal, go to the program and select its stack:

  ${accent(sourceLine(script))}

Then try these. Revoke a key on the page before you run the last one, which
creates another. The key must be at least a minute old.

${commands({
  "pulumi stack output": "the outputs",
  "pulumi stack output privateKey --show-secrets": "the private key",
  "pulumi config get payengine:apiKey": "the sandbox's admin key",
  "npx pulumi-payengine audit": "keys and state compared",
  "pulumi up --refresh --yes": "a new key for a revoked one",
})}

${wrapped(
  "Press Ctrl-C here to stop the sandbox and remove the folder. To use a real account, follow docs/getting-started.md.",
)}`;
}

/** @param {Record<string, string>} explained what each command shows */
function commands(explained) {
  const width = Math.max(...Object.keys(explained).map(({ length }) => length));
  return Object.entries(explained)
    .map(([command, what]) => `  ${accent(command.padEnd(width))}  ${what}`)
    .join("\n");
}

/** What a user types or opens. @param {string} text */
function accent(text) {
  return colored("cyan", text);
}

/** How to use a real account. */
export function realAccountText() {
  return `To use a real account, run in your own Pulumi project:

  ${accent("npm install pulumi-payengine")}
  ${accent("pulumi config set --secret payengine:apiKey")}
  ${accent("pulumi up")}

${wrapped(
  "Until the package is published, run `npm pack` here and install the .tgz file. The second command prompts for a " +
    "private key of a user with the Admin or Developer role. To start from an empty folder, follow " +
    "docs/getting-started.md. PayEngine does not publish its key endpoints, so try a sandbox account first. See README.md.",
)}`;
}
