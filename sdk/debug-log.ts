import * as pulumi from "@pulumi/pulumi";

let hidden = false;

/** Where a value begins in a debug message of Pulumi's Node SDK: an answer of the engine, or what is sent to it. */
const VALUE = /(, (?:resp: |obj=|props=|outputs=)|\]: primitive=).*$/s;

/**
 * Keeps values out of Pulumi's debug messages, from the moment this package is imported.
 *
 * Pulumi's Node SDK, 3.276 too, writes the outputs of every resource, of StackReferences too, and the results of
 * invokes into them, secrets in the clear; until pulumi/pulumi#24478 the arguments of invokes as well. They show under
 * `--debug` and are in every event log, so also in the file behind the Automation API's `onEvent`.
 */
export function hideValuesFromDebugLog(): void {
  if (hidden) return;
  hidden = true;
  const log = pulumi.log as { debug: typeof pulumi.log.debug };
  const { debug } = log;
  log.debug = (message, ...rest) => debug(message.replace(VALUE, "$1[hidden]"), ...rest);
}
