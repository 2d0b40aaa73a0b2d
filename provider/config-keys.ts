import { nearest } from "./payengine/nearest";

const NAMESPACE = "payengine:";

/** Settings of stack config. */
export const STACK_KEYS = [
  "apiKey",
  "apiUrl",
  "accountId",
  "requestTimeout",
  "maxRetries",
  "contract",
  "formerApiUrl",
] as const;

/** Settings that only an explicit provider has: its name in the program and its credential variable. */
export const EXPLICIT_ONLY = ["provider", "credentialEnv"] as const;

/** All settings of a provider. */
export const CONFIG_KEYS = [...STACK_KEYS, ...EXPLICIT_ONLY] as const;

/** The name of a setting. */
export type ConfigKey = (typeof CONFIG_KEYS)[number];

/** The environment, read in every operation. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A stack config key that has no effect and looks like a setting. */
export interface UnknownConfigKey {
  /** The full key, such as "payengine:acountId". */
  readonly key: string;
  /** What is wrong, as words that follow the key. */
  readonly problem: string;
}

/**
 * Finds stack config keys that look like a setting of this provider but are not.
 *
 * A key that resembles no setting is ignored: a Pulumi project called payengine has its own config in this namespace.
 *
 * @param keys full keys, such as "payengine:acountId".
 */
export function unknownConfigKeys(keys: readonly string[]): UnknownConfigKey[] {
  return keys.flatMap((key) => {
    const problem = key.startsWith(NAMESPACE) ? problemOf(key.slice(NAMESPACE.length)) : undefined;
    return problem === undefined ? [] : [{ key, problem }];
  });
}

function problemOf(name: string): string | undefined {
  if (STACK_KEYS.some((key) => key === name)) return undefined;
  if (EXPLICIT_ONLY.some((it) => it === name))
    return "belongs to payengine.Provider in the program; remove it";
  if (/^contract[.[]/.test(name)) {
    // A shell would expand brackets and quotes, so the command repeats only plain paths.
    const path = /^contract(\.\w+)+$/.test(name) ? name : "contract.reveal";
    return (
      "is a separate key, not part of payengine:contract; remove it and run " +
      `\`pulumi config set --path ${NAMESPACE}${path} …\``
    );
  }
  const meant = nearest(name, STACK_KEYS);
  return meant && `is not a payengine setting; did you mean ${NAMESPACE}${meant}?`;
}
