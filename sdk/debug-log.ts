import * as pulumi from "@pulumi/pulumi";

let hidden = false;

/**
 * Keeps what the engine answers out of Pulumi's debug messages.
 *
 * Until pulumi/pulumi#24478, Pulumi's Node SDK writes the outputs of every resource into them, secrets in the clear.
 * They show under `--debug` and stand in every event log, so also in the file behind the Automation API's `onEvent`.
 */
export function hideAnswersFromDebugLog(): void {
  if (hidden) return;
  hidden = true;
  const log = pulumi.log as { debug: typeof pulumi.log.debug };
  const { debug } = log;
  log.debug = (message, ...rest) =>
    debug(message.replace(/( RPC finished: .*?, resp: ).*$/s, "$1[hidden]"), ...rest);
}
