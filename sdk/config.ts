import * as pulumi from "@pulumi/pulumi";

let warned = false;

/** Warns once per program if the credential in stack config is not encrypted. */
export function warnOfPlaintextCredential(): void {
  if (warned || pulumi.runtime.getConfig("payengine:apiKey") === undefined) return;
  if (isConfigSecret("payengine:apiKey")) return;
  warned = true;
  void pulumi.log.warn(
    "payengine:apiKey is in the stack's config in plaintext. Run `pulumi config set --secret payengine:apiKey` to " +
      "encrypt it. If the file was ever shared, create another private key and use that one.",
  );
}

let checked = false;

/**
 * Refuses stack config keys that look like a misspelled setting of this provider. Only the program sees all of them.
 *
 * @throws pulumi.RunError that names the likely setting. A project called payengine gets a warning instead.
 */
export function refuseUnknownConfig(): void {
  if (checked) return;
  const own = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith("payengine:"));
  if (own.length > 0) {
    const {
      unknownConfigKeys,
    }: typeof import("../provider/config-keys") = require("../provider/config-keys");
    const text = unknownConfigKeys(own)
      .map(({ key, problem }) => `${key} ${problem}${problem.endsWith("?") ? "" : "."}`)
      .join(" ");
    // A project of this name keeps its own settings in the same namespace.
    if (text !== "" && pulumi.getProject() === "payengine") void pulumi.log.warn(text);
    else if (text !== "") throw new pulumi.RunError(text);
  }
  checked = true;
}

/** Pulumi's types do not show this function. */
function isConfigSecret(key: string): boolean {
  const runtime = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  return runtime.isConfigSecret?.(key) ?? true;
}
