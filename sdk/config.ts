import * as pulumi from "@pulumi/pulumi";

let warned = false;

/** Says once in a program that the credential in stack config is not encrypted. */
export function warnOfPlaintextCredential(): void {
  if (warned || pulumi.runtime.getConfig("payengine:apiKey") === undefined) return;
  if (isConfigSecret("payengine:apiKey")) return;
  warned = true;
  pulumi.log.warn(
    "payengine:apiKey stands in the stack's config in plaintext. Run `pulumi config set --secret payengine:apiKey` " +
      "to encrypt it, and make another credential if the file was ever shared.",
  );
}

/** Pulumi's runtime knows this, and keeps it out of its types. */
function isConfigSecret(key: string): boolean {
  const runtime = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  return runtime.isConfigSecret?.(key) ?? true;
}
