/** How a program uses this package: as a dynamic provider, or by the native plugin. */
export type Face = "dynamic" | "native";

/** The native plugin's part of Pulumi.yaml; `npm pack` and the plugin's bundle are made once for all tests. */
export function pluginSettings(folder = installedPlugin()): string {
  return `plugins:\n  providers:\n    - name: payengine\n      path: ${folder}\n`;
}

/** The folder of the bundled plugin. */
export function installedPlugin(): string {
  const folder = process.env.PAYENGINE_E2E_PLUGIN;
  if (!folder) throw new Error("Run this by a jest project whose global setup installs the package");
  return folder;
}

/** What a generated SDK of the native plugin does, in the few lines that tests need. */
export const NATIVE_MODULE = `// Hides the debug messages of Pulumi's runtime, which hold secrets: see docs/limits.md.
require("pulumi-payengine");
const pulumi = require("@pulumi/pulumi");
const OUTPUTS = [
  ...["uniqueName", "name", "keyId", "token", "redactedToken", "fingerprint", "createdAt", "accountId", "merchantId"],
  ...["generation", "rotatedAt", "rotateAt", "previousKeyId", "previousToken", "previousRevokeAt", "pendingAction"],
  ...["previousRedactedToken", "previousFingerprint"],
];
const SECRET = { additionalSecretOutputs: ["token", "previousToken"] };
exports.ApiKey = class ApiKey extends pulumi.CustomResource {
  constructor(name, args, opts = {}) {
    const outputs = Object.fromEntries(OUTPUTS.map((output) => [output, undefined]));
    super("payengine:index:ApiKey", name, { ...outputs, ...args }, pulumi.mergeOptions(opts, SECRET));
  }
};
exports.Provider = class Provider extends pulumi.ProviderResource {
  constructor(name, { contract, maxRetries, ...args } = {}, opts) {
    const text = (value) => value && pulumi.output(value).apply((it) => (typeof it === "string" ? it : JSON.stringify(it)));
    super("payengine", name, { ...args, contract: text(contract), maxRetries: text(maxRetries) }, opts);
  }
};
const info = (name) => (args, opts) => pulumi.runtime.invoke("payengine:index:" + name, args, opts);
exports.getApiKey = info("getApiKey");
exports.listApiKeys = async (args = {}, opts) => (await info("listApiKeys")(args, opts)).keys;
`;
