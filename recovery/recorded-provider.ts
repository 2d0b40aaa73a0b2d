import { CONFIG_KEYS, type ConfigKey, type Environment } from "../provider/config";
import { isEncrypted, revealed } from "./property-text";

/** A provider as state holds it; secrets are there only after an export that shows them. */
export interface RecordedProvider {
  readonly values: Partial<Record<ConfigKey, string>>;
  /** Its configuration cannot be used as it is: some value is encrypted. */
  readonly encrypted: readonly ConfigKey[];
}

export function recordedProvider(inputs: Readonly<Record<string, unknown>>): RecordedProvider {
  const values: Partial<Record<ConfigKey, string>> = {};
  const encrypted: ConfigKey[] = [];
  for (const key of CONFIG_KEYS) {
    const value = revealed(inputs[`payengine:${key}`]) ?? undefined;
    if (isEncrypted(value)) encrypted.push(key);
    // A program may give a contract as an object; it is configuration in the form of JSON like that of a stack.
    else if (value !== undefined) values[key] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return { values, encrypted };
}

/** Says whether some value is encrypted that is needed: a credential in the environment comes before state's. */
export function needsDecryption({ values, encrypted }: RecordedProvider, env: Environment): boolean {
  const variable = values.provider === undefined ? "PAYENGINE_API_KEY" : values.credentialEnv;
  const hasCredential = variable !== undefined && Boolean(env[variable]);
  return encrypted.some((key) => key !== "apiKey" || !hasCredential);
}
