import { CONFIG_KEYS, type ConfigKey, type Environment } from "../../provider/config";
import { isEncrypted, revealed } from "./property-text";

/** What every key of the provider's configuration begins with, in stack config and in state. */
export const CONFIG_PREFIX = "payengine:";

/** What a provider is configured with. */
export type ProviderValues = Partial<Record<ConfigKey, string>>;

/** A provider's configuration as state or stack config holds it; secrets are there only where Pulumi shows them. */
export interface RecordedProvider {
  readonly values: ProviderValues;
  /** Its configuration cannot be used as it is: these values are encrypted. */
  readonly encrypted: readonly string[];
}

export function recordedProvider(inputs: Readonly<Record<string, unknown>>): RecordedProvider {
  const values: ProviderValues = {};
  const encrypted: ConfigKey[] = [];
  for (const key of CONFIG_KEYS) {
    const value = revealed(inputs[`${CONFIG_PREFIX}${key}`]) ?? undefined;
    if (isEncrypted(value)) encrypted.push(key);
    // A program may give a contract as an object; it is configuration in the form of JSON like that of a stack.
    else if (value !== undefined) values[key] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return { values, encrypted };
}

/** Says whether it holds anything of PayEngine's: other providers of the same type make other things. */
export function isConfigured({ values, encrypted }: RecordedProvider): boolean {
  return Object.keys(values).length + encrypted.length > 0;
}

/** Says whether some value is encrypted that is needed: a credential in the environment comes before the recorded one. */
export function needsDecryption({ values, encrypted }: RecordedProvider, env: Environment): boolean {
  const variable = values.provider === undefined ? "PAYENGINE_API_KEY" : values.credentialEnv;
  const hasCredential = variable !== undefined && Boolean(env[variable]);
  return encrypted.some((key) => key !== "apiKey" || !hasCredential);
}

/** Stands for the default provider where state holds none. */
export const DEFAULT_PROVIDER = "default";

/** Says whether a reference, `urn::id`, is to the provider that Pulumi makes by itself. */
export function isDefault(reference: string): boolean {
  return (
    reference === DEFAULT_PROVIDER ||
    /::pulumi:providers:pulumi-nodejs::default(_[\w]+)?::[^:]*$/.test(reference)
  );
}
