import * as pulumi from "@pulumi/pulumi";

let hidden = false;

/** Where a value begins in a debug message of Pulumi's Node SDK. */
const VALUE = /(, (?:resp: |obj=|props=|outputs=)|\]: primitive=).*$/s;

/**
 * Keeps values out of Pulumi's debug messages as soon as a program imports this package.
 *
 * Pulumi's Node SDK (3.276 included) writes all resource outputs, StackReferences and results of invokes into them, with
 * secrets in plaintext; before pulumi/pulumi#24478 also the arguments of invokes. `--debug` shows these messages, and every
 * event log holds them, including the file behind the Automation API's `onEvent`.
 */
export function hideValuesFromDebugLog(): void {
  if (hidden) return;
  hidden = true;
  const log = pulumi.log as { debug: typeof pulumi.log.debug };
  const { debug } = log;
  log.debug = (message, ...rest) => debug(message.replace(VALUE, "$1[hidden]"), ...rest);
}
