// @ts-check
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installMissing } from "./install.mjs";
import { endOnSignals, isEnding } from "./processes.mjs";
import { findPulumiCli, firstRunNotice } from "./pulumi-cli.mjs";
import { keptText, realAccountText, writeShellScript } from "./start/next-steps.mjs";
import { createStack, layOutProject } from "./start/quickstart.mjs";
import { startSandboxProcess } from "./start/sandbox.mjs";
import { colored, wrapped } from "./terminal.mjs";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} line */
const log = (line) => console.log(wrapped(line, "  "));
/** @param {string} title */
const step = (title) => console.log(`\n${colored("bold", `▸ ${title}`)}`);
/** @param {string} fact */
const proven = (fact) => console.log(wrapped(`✓ ${fact}`, "  ").replace("✓", colored("green", "✓")));

const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
const folder = mkdtempSync(join(tmpdir(), "payengine-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** @type {Awaited<ReturnType<typeof startSandboxProcess>> | undefined} */
let sandbox;
/** Whether --keep left everything running, so that Ctrl-C is the normal end. */
let kept = false;
endOnSignals({ cleanUp: async () => sandbox?.stop(), exitCode: () => (kept ? 0 : 130) });

await main().catch((error) => {
  if (isEnding()) return;
  console.error(wrapped(`\nnpm start failed: ${error instanceof Error ? error.message : error}`));
  process.exitCode = 1;
});
// After a signal, the handler stops the sandbox once `pulumi up` has ended.
if (!kept && !isEnding()) await sandbox?.stop();

async function main() {
  const notice = await firstRunNotice();
  if (notice) console.log(wrapped(notice));

  step("Install packages and build");
  await installMissing({ log });

  step("Find the Pulumi CLI");
  const cli = await findPulumiCli({ log });
  log(`Pulumi ${cli.version} (${cli.source})`);

  step("Start the local sandbox and create a stack with encrypted state");
  sandbox = await startSandboxProcess({ repository: REPOSITORY, folder });
  log(`The sandbox runs at ${sandbox.url}`);
  // Moves ahead by a minute later. The provider warns if the clocks differ by more than a minute.
  await sandbox.advanceClock(-30_000);
  const project = await layOutProject({ repository: REPOSITORY, folder, log });
  const stack = await createStack({ binDir: cli.binDir, project, folder });
  await stack.ask(["config", "set", "payengine:apiUrl", sandbox.url]);
  await stack.ask(["config", "set", "--secret", "payengine:apiKey"], sandbox.adminKey);
  await stack.ask(["config", "set", "payengine:accountId", await merchantId(sandbox)]);

  step("pulumi up: create a public and a private key");
  await stack.show(["up", "--yes", "--skip-preview"]);

  step("pulumi stack output: show the outputs, with the private key masked");
  await stack.show(["stack", "output"]);

  step("Check that the private key works and that state hides it");
  const token = await stack.ask(["stack", "output", "privateKey", "--show-secrets"]);
  await expectStatus(sandbox, token, 200);
  await expectNoTrace(stack.state, token);

  step("pulumi up again: no changes");
  await stack.show(["up", "--yes", "--skip-preview", "--expect-no-changes"]);

  step("Revoke the private key outside of Pulumi");
  const keyId = await stack.ask(["stack", "output", "privateKeyId"]);
  await sandbox.call(sandbox.adminKey, `/api-keys/${keyId}`, "DELETE");
  await expectStatus(sandbox, token, 401);

  await sandbox.advanceClock(61_000);
  log("The sandbox's clock moves ahead by a minute: a key must be a minute old to count as gone");

  step("pulumi refresh and pulumi up: notice that and create a new key");
  await stack.show(["refresh", "--yes", "--skip-preview"]);
  await stack.show(["up", "--yes", "--skip-preview"]);
  const renewed = await stack.ask(["stack", "output", "privateKey", "--show-secrets"]);
  await expectStatus(sandbox, renewed, 200);

  if (values.keep) {
    const script = await writeShellScript({ folder, project, settings: stack.settings, binDir: cli.binDir });
    step("The sandbox and the stack are still running");
    console.log(keptText({ sandbox, script }));
    kept = true;
    return;
  }

  step("pulumi destroy: revoke both keys");
  await stack.show(["destroy", "--yes", "--skip-preview"]);
  await expectStatus(sandbox, renewed, 401);
  await expectNoLiveKey(sandbox);
  console.log(`\n${colored("green", "Done.")} ${realAccountText()}`);
}

/** @param {NonNullable<typeof sandbox>} server @param {string} token @param {number} status */
async function expectStatus(server, token, status) {
  const answer = await server.call(token, "/merchant");
  if (answer.status !== status)
    throw new Error(`expected ${status} from GET /merchant, got ${answer.status}`);
  proven(
    `GET /merchant with the key ${token.slice(0, 4)}…${token.slice(-4)}: ${status} ${answer.statusText}`,
  );
}

/** @param {string} state @param {string} token */
async function expectNoTrace(state, token) {
  const entries = await readdir(state, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const windows = Array.from({ length: token.length - 11 }, (_, start) => token.slice(start, start + 12));
  for (const { parentPath, name } of files) {
    const text = await readFile(join(parentPath, name), "utf8");
    if (windows.some((window) => text.includes(window)))
      throw new Error(`${join(parentPath, name)} contains a part of the private key`);
  }
  proven(`None of the ${files.length} files in the backend has 12 consecutive characters of the key`);
}

/** What pins the account: the id of one of its merchants. @param {NonNullable<typeof sandbox>} server */
async function merchantId(server) {
  const answer = await server.call(server.adminKey, "/merchant");
  return JSON.parse(await answer.text()).data[0].id;
}

/** @param {NonNullable<typeof sandbox>} server */
async function expectNoLiveKey(server) {
  const answer = await server.call(server.adminKey, "/api-keys?q=payengine-quickstart&size=100");
  /** @type {{ name: string, status: string }[]} */
  const keys = JSON.parse(await answer.text()).data;
  const live = keys.filter(({ status }) => status !== "revoked");
  if (live.length > 0) throw new Error(`still live: ${live.map(({ name }) => name).join(", ")}`);
  proven("GET /api-keys shows no live key of this stack");
}
