import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { findOrphans, openStack, revokeOrphans } from "pulumi-payengine/recovery";

const workDir = import.meta.dirname;
const merchant = process.argv[2] ?? "";
if (!/^[a-z][a-z0-9-]{1,40}$/.test(merchant)) {
  console.error(
    "Usage: node provision.mjs <merchant> (lowercase letters, digits and -, starting with a letter)",
  );
  process.exit(2);
}

// Ctrl-C also reaches Pulumi's CLI, which stops by itself. This program keeps running, to clean up.
process.on("SIGINT", () => console.error("Stopping when the current operation ends"));
// A supervisor stops only this process, so the signal is passed to the CLI. `on`, not `once`: `once` removes this listener
// first, and a library that then finds only its own listener ends the process.
const stop = new AbortController();
process.on("SIGTERM", () => {
  console.error("Stopping when the current operation ends");
  stop.abort();
});

/** Errors of the engine and the provider. The CLI's own output mixes them with progress and warnings. */
const errors = [];

/** Prints one line for each finished resource. */
function onEvent({ resOutputsEvent, resOpFailedEvent, diagnosticEvent }) {
  const { severity, message } = diagnosticEvent ?? {};
  // The engine also reports the failure of the whole update.
  if (severity === "error" && message.trim() !== "update failed") errors.push(message.trim());
  const { op, urn } = (resOutputsEvent ?? resOpFailedEvent)?.metadata ?? {};
  if (urn !== undefined && op !== "same")
    console.log(`${resOpFailedEvent ? "failed" : op} ${urn.split("::").at(-1)}`);
}

const stack = await LocalWorkspace.createOrSelectStack({ stackName: merchant, workDir });
const recovery = await openStack({ stack: merchant, cwd: workDir });

try {
  // A run that was killed may have left keys.
  const { revoked } = await revokeOrphans(recovery);
  if (revoked.length > 0) console.log(`Revoked ${revoked.length} leftover keys of an earlier run`);
  const { outputs } = await stack.up({ onEvent, signal: stop.signal });
  console.log(`Merchant ${merchant} is ready. Its public key is ${outputs.publicKey.value}`);
} catch (error) {
  console.error(`Merchant ${merchant} could not be provisioned: ${reasonOf(error)}`);
  process.exitCode = 1;
  await cleanUp();
}

/** Revokes the keys and removes the stack, unless its state is still needed to find a key. */
async function cleanUp() {
  await stack.destroy({ onEvent });
  const { orphans, pendingOperations, waitUntil } = await findOrphans(recovery);
  if (orphans.length > 0 || pendingOperations.length > 0) {
    const when = waitUntil === undefined ? "" : `, after ${waitUntil.toISOString()}`;
    console.error(`A key may still be active: run this again${when}`);
    return;
  }
  await stack.workspace.removeStack(merchant);
  console.log("Revoked the keys and removed the stack");
}

/** The errors of resources, or the first line of the failure if there were none. */
function reasonOf(error) {
  return errors.length > 0 ? errors.join("\n") : String(error.message).split("\n")[0];
}
