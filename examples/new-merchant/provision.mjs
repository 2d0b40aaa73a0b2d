import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { findOrphans, openStack, revokeOrphans } from "pulumi-payengine/recovery";

const workDir = import.meta.dirname;
const merchant = process.argv[2] ?? "";
if (!/^[a-z][a-z0-9-]{1,40}$/.test(merchant)) {
  console.error("Usage: node provision.mjs <merchant>, in lower case letters, digits and -");
  process.exit(2);
}

// Ctrl-C reaches Pulumi's CLI as well, which ends in order; this program must live on to clean up.
process.on("SIGINT", () => console.error("Stopping, after what is under way"));
// A supervisor stops this process alone: the CLI is told to end in order. With `once`, a library that listens as well would
// find itself alone at a signal, and end the process.
const stop = new AbortController();
process.on("SIGTERM", () => {
  console.error("Stopping, after what is under way");
  stop.abort();
});

/** What went wrong, in the words of the engine and the provider; the CLI's own output mixes it with progress and warnings. */
const errors = [];

/** One line for each resource that is done. */
function onEvent({ resOutputsEvent, resOpFailedEvent, diagnosticEvent }) {
  const { severity, message } = diagnosticEvent ?? {};
  // That an update failed is said on its own as well.
  if (severity === "error" && message.trim() !== "update failed") errors.push(message.trim());
  const { op, urn } = (resOutputsEvent ?? resOpFailedEvent)?.metadata ?? {};
  if (urn !== undefined && op !== "same")
    console.log(`${resOpFailedEvent ? "failed" : op} ${urn.split("::").at(-1)}`);
}

const stack = await LocalWorkspace.createOrSelectStack({ stackName: merchant, workDir });
const recovery = await openStack({ stack: merchant, cwd: workDir });

try {
  // What an earlier run may have left that was killed.
  const { revoked } = await revokeOrphans(recovery);
  if (revoked.length > 0) console.log(`Revoked ${revoked.length} keys that an earlier run had left`);
  const { outputs } = await stack.up({ onEvent, signal: stop.signal });
  console.log(`Merchant ${merchant} is ready. Its public key is ${outputs.publicKey.value}`);
} catch (error) {
  console.error(`Merchant ${merchant} could not be provisioned: ${reasonOf(error)}`);
  process.exitCode = 1;
  await cleanUp();
}

/** Takes everything back, and keeps the stack only where its state is still needed to find a key. */
async function cleanUp() {
  await stack.destroy({ onEvent });
  const { orphans, pendingOperations, waitUntil } = await findOrphans(recovery);
  if (orphans.length > 0 || pendingOperations.length > 0) {
    const when = waitUntil === undefined ? "" : `, after ${waitUntil.toISOString()}`;
    console.error(`Something may be left: run this again${when}`);
    return;
  }
  await stack.workspace.removeStack(merchant);
  console.log("Everything was taken back");
}

/** The errors of resources; where the run failed before there were any, the first line of the failure itself. */
function reasonOf(error) {
  return errors.length > 0 ? errors.join("\n") : String(error.message).split("\n")[0];
}
