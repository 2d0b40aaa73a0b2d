import { nearest } from "./payengine/nearest";

const NAMESPACE = "payengine:";

/** What stack config can set. */
export const STACK_KEYS = [
  "apiKey",
  "apiUrl",
  "accountId",
  "requestTimeout",
  "maxRetries",
  "contract",
  "formerApiUrl",
] as const;

/** Only an explicit provider has these two: its name in the program, and its own credential variable. */
export const EXPLICIT_ONLY = ["provider", "credentialEnv"] as const;

/** A stack config key that has no effect, though someone probably meant it to. */
export interface UnknownConfigKey {
  /** The full key, such as "payengine:acountId". */
  readonly key: string;
  /** What is wrong with it, as words that follow the key. */
  readonly problem: string;
}

/**
 * Finds stack config keys that this provider never reads but someone probably meant for it.
 *
 * A key that is near to no setting is left alone: a Pulumi project that is itself called payengine keeps its own
 * config in the same namespace.
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
    // A shell would expand brackets and quotes, so only plain paths are repeated in the command.
    const path = /^contract(\.\w+)+$/.test(name) ? name : "contract.reveal";
    return (
      "is a key of its own, not a part of payengine:contract; remove it and write " +
      `\`pulumi config set --path ${NAMESPACE}${path} …\` with \`--path\``
    );
  }
  const meant = nearest(name, STACK_KEYS);
  return meant && `is not a setting of payengine; did you mean ${NAMESPACE}${meant}?`;
}
