import * as pulumi from "@pulumi/pulumi";

/** Warns where a resource option leaves a key live, or has no effect on it. */
export function warnOfOptions(
  name: string,
  { replaceOnChanges = [], retainOnDelete, deletedWith }: pulumi.CustomResourceOptions,
): void {
  const warn = (text: string) => void pulumi.log.warn(`ApiKey "${name}": ${text}`);
  // Pulumi compares the properties only for providers that say which ones differ; a dynamic one cannot.
  const ignored = replaceOnChanges.filter((path) => !["type", "namePrefix"].includes(path));
  if (ignored.length > 0) {
    warn(
      `the option replaceOnChanges has no effect for ${ignored.join(", ")}. To replace the key when a value changes, put ` +
        'the value into rotation.triggers and set rotation.overlap to "0s".',
    );
  }
  const staysLive = (option: string, when: string) =>
    warn(
      `with the option ${option}, its key stays live at PayEngine when ${when}. Revoke it in PayEngine's dashboard once ` +
        "nothing uses it.",
    );
  if (retainOnDelete === true) staysLive("retainOnDelete", "this resource is destroyed or replaced");
  if (deletedWith !== undefined) staysLive("deletedWith", "the other resource is deleted");
}
