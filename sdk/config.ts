import * as pulumi from "@pulumi/pulumi";

let warned = false;

/** Says once in a program that the credential in stack config is not encrypted. */
export function warnOfPlaintextCredential(): void {
  if (warned || pulumi.runtime.getConfig("payengine:apiKey") === undefined) return;
  if (isConfigSecret("payengine:apiKey")) return;
  warned = true;
  void pulumi.log.warn(
    "payengine:apiKey stands in the stack's config in plaintext. Run `pulumi config set --secret payengine:apiKey` " +
      "to encrypt it, and make another credential if the file was ever shared.",
  );
}

let checked = false;

/**
 * Refuses settings of the stack's config that look like a misspelt one of ours. Only the program can see them all.
 *
 * @throws pulumi.RunError that names the right ones; a project that is itself called payengine only gets a warning.
 */
export function refuseUnknownConfig(): void {
  if (checked) return;
  const own = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith("payengine:"));
  if (own.length > 0) {
    const {
      unknownConfigKeys,
    }: typeof import("../provider/config-keys") = require("../provider/config-keys");
    const problems = unknownConfigKeys(own).map(({ key, problem }) => `${key} ${problem}`);
    // A project of this name keeps settings of its own in the same namespace.
    if (problems.length > 0 && pulumi.getProject() === "payengine")
      void pulumi.log.warn(`${problems.join("; ")}.`);
    else if (problems.length > 0) throw new pulumi.RunError(`${problems.join("; ")}.`);
  }
  checked = true;
}

/** Pulumi's runtime knows this, and keeps it out of its types. */
function isConfigSecret(key: string): boolean {
  const runtime = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  return runtime.isConfigSecret?.(key) ?? true;
}
