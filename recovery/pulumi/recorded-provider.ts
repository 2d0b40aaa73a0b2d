import { CONFIG_KEYS, type ConfigKey, type Environment } from "../../provider/config";
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

export function recordedProvider(inputs: Readonly<Record<string, unknown>>): RecordedProvider {
  const values: ProviderValues = {};
  const encrypted: ConfigKey[] = [];
  for (const key of CONFIG_KEYS) {
    const value = revealed(inputs[`${CONFIG_PREFIX}${key}`]) ?? undefined;
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
    /::pulumi:providers:pulumi-nodejs::default(_[\w]+)?::[^:]*$/.test(reference)
  );
}
