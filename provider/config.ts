import ms from "ms";
import {
  type Configuration,
  type Failure,
  LONGEST_VERIFICATION,
  type Settings,
  UNKNOWN,
} from "./api-key/context";
import { CONFIG_KEYS, type ConfigKey, type Environment } from "./config-keys";
import { type Contract, DEFAULT_CONTRACT } from "./payengine/contract";
import { duration, type Rule } from "./payengine/duration";
import { DEFAULT_API_URL, isCredential, isLoopback } from "./payengine/settings";

/** What the engine passes to configure: stack config, or an explicit provider's props. Keys start with `payengine:`. */
export type ConfigValues = Readonly<Record<ConfigKey, string | undefined>>;

/** Time limit of one create, read, update or delete, in milliseconds. */
export function operationLimit({ requestTimeout }: Pick<Settings, "requestTimeout">): number {
  return 10 * requestTimeout + ms(LONGEST_VERIFICATION);
}

/** An explicit provider may get a value of another type. */
const NO_TEXT = { problem: "is not a string; write it in quotes" };

const apiUrlRule: Rule<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    return { problem: `is not a URL; write it like ${DEFAULT_API_URL}` };
  }
  if (url.username || url.password) {
    return { problem: "contains a user name or password; remove it and set payengine:apiKey as a secret" };
  }
  if (url.search || url.hash) {
    return { problem: `contains a query or fragment; write it like ${DEFAULT_API_URL}` };
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return {
      problem:
        "must be https, because http would send the credential unencrypted (http is allowed for localhost)",
    };
  }
  return { value: `${url.origin}${url.pathname.replace(/\/+$/, "")}` };
};

const credentialRule: Rule<string> = (text) => {
  if (/^basic\s/i.test(text)) {
    return { problem: "starts with the word Basic; set it to the private key alone" };
  }
  if (text.startsWith("pk_")) return { problem: "is a public key; set it to a private key" };
  if (isCredential(text)) return { value: text };
  return {
    problem:
      "contains spaces, line ends or characters outside ASCII; set it to the private key as PayEngine showed it",
  };
};

const matching =
  (form: RegExp, problem: string): Rule<string> =>
  (text) =>
    form.test(text) ? { value: text } : { problem };

/** At most 64 characters, so that a misplaced private key does not get into a message. */
const credentialEnvRule = matching(
  /^[A-Za-z_]\w{0,63}$/,
  "is not the name of an environment variable; write it like PAYENGINE_PRODUCTION_KEY",
);

const maxRetriesRule: Rule<number> = (text) =>
  /^(10|\d)$/.test(text) ? { value: Number(text) } : { problem: "must be a whole number from 0 to 10" };

const accountIdRule = matching(
  /^[\x21-\x7e]{1,128}$/,
  "is not an ID; set it to the ID of the account, of one of its merchants or of one of its keys",
);

/** The settings of this provider in the engine's config. */
export function configValues(get: (key: string) => string | undefined): ConfigValues {
  const entries = CONFIG_KEYS.map((key) => [key, get(`payengine:${key}`)]);
  return Object.fromEntries(entries) as ConfigValues;
}

/**
 * Merges and checks config and environment.
 *
 * Credential of the default provider: `PAYENGINE_API_KEY`, then stack config, because destroy and refresh may read an old one
 * from state. Credential of an explicit provider: `credentialEnv`, then `apiKey`; `PAYENGINE_API_KEY` only if it sets neither.
 * Address: config, then `PAYENGINE_API_URL`, then the default.
 */
export function resolveConfig(values: ConfigValues, env: Environment): Configuration {
  const failures: Failure[] = [];
  /** @returns undefined if the value is missing, invalid or unknown. */
  const parse = <T>(key: string, rule: Rule<T>, value: string | undefined): T | undefined => {
    if (value === undefined || value === UNKNOWN) return undefined;
    const read = typeof value === "string" ? rule(value) : NO_TEXT;
    if ("value" in read) return read.value;
    failures.push({ property: `payengine:${key}`, reason: read.problem });
    return undefined;
  };
  if (values.provider !== undefined) parse("credentialEnv", credentialEnvRule, values.credentialEnv);
  const isVariableClear = failures.length === 0;
  const given = credentialFrom(values, env);
  const apiUrl = parse("apiUrl", apiUrlRule, values.apiUrl ?? (env.PAYENGINE_API_URL || DEFAULT_API_URL));
  const credential = parse("apiKey", credentialRule, given.value);
  const accountId = parse("accountId", accountIdRule, values.accountId);
  const formerApiUrl = parse("formerApiUrl", apiUrlRule, values.formerApiUrl);
  const requestTimeout = parse("requestTimeout", duration("100ms", "10m"), values.requestTimeout ?? "30s");
  const maxRetries = parse("maxRetries", maxRetriesRule, values.maxRetries ?? "3");
  const contract = contractFrom(values.contract, failures);
  if (given.value === undefined && isVariableClear)
    failures.push({ property: "payengine:apiKey", reason: given.missing });
  if (failures.length > 0) return { kind: "invalid", failures };

  const isUnknown = [values.accountId, values.formerApiUrl].includes(UNKNOWN) || hasUnknown(values.contract);
  const isIncomplete = apiUrl === undefined || requestTimeout === undefined || maxRetries === undefined;
  if (isUnknown || isIncomplete || credential === undefined) {
    return { kind: "unknown", settings: { apiUrl: apiUrl ?? UNKNOWN, accountId, formerApiUrl, contract } };
  }
  const known = { apiUrl, credential, accountId, formerApiUrl, requestTimeout, maxRetries, contract };
  return { kind: "ready", settings: known };
}

/** In a preview, part of the value may be unknown. */
function hasUnknown(value: unknown): boolean {
  return String(value).includes(UNKNOWN);
}

/** Text, JSON text, or the value of an explicit provider. */
function contractFrom(value: unknown, failures: Failure[]): Contract {
  if (value === undefined || hasUnknown(value)) return DEFAULT_CONTRACT;
  // Loaded on first use: few accounts need a contract, and loading the schema library takes longer than some requests.
  const {
    parseContract,
  }: typeof import("./payengine/written-contract") = require("./payengine/written-contract");
  const parsed = parseContract(value);
  if ("contract" in parsed) return parsed.contract;
  const problems = parsed.problems.map(({ property, reason }) => ({
    property: `payengine:${property}`,
    reason,
  }));
  failures.push(...problems);
  return DEFAULT_CONTRACT;
}

/** @throws Error with all problems of the configuration. */
export function requireSettings(configuration: Configuration): Settings {
  if (configuration.kind === "ready") return configuration.settings;
  const failures = configuration.kind === "invalid" ? configuration.failures : [];
  const reasons = failures.map(({ property, reason }) => `${property} ${reason}`);
  throw new Error(reasons.join("; ") || "The provider's configuration is not known yet");
}

function credentialFrom(
  values: ConfigValues,
  env: Environment,
): { readonly value: string | undefined; readonly missing: string } {
  if (values.provider === undefined) {
    return {
      value: env.PAYENGINE_API_KEY || values.apiKey || undefined,
      missing:
        "is not set; run `pulumi config set --secret payengine:apiKey` with a private key of a user with the Admin or " +
        "Developer role, or set PAYENGINE_API_KEY",
    };
  }
  const { credentialEnv, apiKey } = values;
  const variable = credentialEnv ?? "PAYENGINE_API_KEY";
  const missing = `is not set for the provider "${values.provider}"; set its apiKey or the variable ${variable}`;
  // The default account's credential must not replace a credential that this provider names.
  if (credentialEnv === undefined && apiKey === undefined)
    return { value: env.PAYENGINE_API_KEY || undefined, missing };
  // If the variable's name is unknown, so is the credential.
  const named = credentialEnv === UNKNOWN ? UNKNOWN : env[credentialEnv ?? ""];
  return { value: named || apiKey || undefined, missing };
}
