import { CONFIG_KEYS, type ConfigKey, type Environment } from "../../provider/config-keys";
import { NATIVE_PROVIDER_TYPE } from "../../provider/resource-type";
import { isEncrypted, revealed } from "./property-text";

/** Prefix of the provider's configuration keys, in stack config and in state. */
export const CONFIG_PREFIX = "payengine:";

/** Configuration of a provider. */
export type ProviderValues = Partial<Record<ConfigKey, string>>;

/** A provider's configuration in state or stack config, with secrets only if Pulumi shows them. */
export interface RecordedProvider {
  readonly values: ProviderValues;
  /** Names of the values that are encrypted. */
  readonly encrypted: readonly string[];
}

interface ProviderResource {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** @param resource a provider as state holds it. */
export function recordedProvider({ type, inputs }: ProviderResource): RecordedProvider {
  // Dynamic resources share a provider's type with others, so their settings have a prefix.
  const prefix = type === NATIVE_PROVIDER_TYPE ? "" : CONFIG_PREFIX;
  const values: ProviderValues = {};
  const encrypted: ConfigKey[] = [];
  for (const key of CONFIG_KEYS) {
    const value = revealed(inputs[`${prefix}${key}`]) ?? undefined;
    if (isEncrypted(value)) encrypted.push(key);
    // A program may pass a contract as an object; stack config has it as JSON.
    else if (value !== undefined) values[key] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return { values, encrypted };
}

/** Says whether it has PayEngine configuration: dynamic providers of other packages have the same type. */
export function isConfigured({ values, encrypted }: RecordedProvider): boolean {
  return Object.keys(values).length + encrypted.length > 0;
}

/** Says whether a needed value is encrypted. A credential in the environment replaces the one in state. */
export function needsDecryption({ values, encrypted }: RecordedProvider, env: Environment): boolean {
  const variable = values.provider === undefined ? "PAYENGINE_API_KEY" : values.credentialEnv;
  const hasCredential = variable !== undefined && Boolean(env[variable]);
  return encrypted.some((key) => key !== "apiKey" || !hasCredential);
}

/** Reference to the default provider if state has none. */
export const DEFAULT_PROVIDER = "default";

/** Says whether a reference, `urn::id`, is to the default provider. */
export function isDefault(reference: string): boolean {
  return (
    reference === DEFAULT_PROVIDER ||
    /::pulumi:providers:(pulumi-nodejs|payengine)::default(_[\w]+)?::[^:]*$/.test(reference)
  );
}
