import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../provider/lookup";
import { API_KEY_TYPE as TYPE } from "../provider/resource-type";
import { refuseUnknownConfig } from "./config";
import { valuesOf } from "./provider";

/** A key as PayEngine shows it, whether or not this program manages it. */
export interface ApiKeyInfo {
  /** The key ID. */
  readonly keyId: string;
  /** The full key name at PayEngine. */
  readonly name: string;
  /** `"public"`, `"private"`, or another type of PayEngine's. */
  readonly type: string;
  /** `"active"`, `"revoked"`, or another status of PayEngine's. */
  readonly status: string;
  /** A public key's value. Undefined for a private key: its value cannot be read again. */
  readonly token: string | undefined;
  /** The value as PayEngine shows it in lists, such as `3f9a…c21d`. */
  readonly redactedToken: string | undefined;
  /** When the key was created (ISO 8601), if PayEngine returns it. */
  readonly createdAt: string | undefined;
  /** When the key was last used (ISO 8601), if PayEngine returns it. */
  readonly lastUsedAt: string | undefined;
}

/** The key to look up: by its ID, or by its exact name among the keys that are not revoked. */
export type GetApiKeyArgs =
  | {
      /** The key ID. */
      readonly id: string;
      /** Do not set together with `id`. */
      readonly name?: undefined;
    }
  | {
      /** The full key name at PayEngine. */
      readonly name: string;
      /** Do not set together with `name`. */
      readonly id?: undefined;
    };

/** Filters for the keys to list. A filter that you leave out matches every key. */
export interface ListApiKeysArgs {
  /** The type of the key. */
  readonly type?: "public" | "private" | undefined;
  /** Start of the key name. */
  readonly namePrefix?: string | undefined;
  /** Such as `"active"`. PayEngine may leave revoked keys out of its list. */
  readonly status?: string | undefined;
}

/** The account to look in. */
export interface LookupOptions {
  /** Provider of the account. Default: the provider of `parent`, then the stack's config and the environment. */
  readonly provider?: pulumi.ProviderResource | undefined;
  /** Resource whose provider to use if `provider` is not set. */
  readonly parent?: pulumi.Resource | undefined;
}

/**
 * Looks up a key, in previews too.
 *
 * ```ts
 * const { keyId } = await payengine.getApiKey({ name: "created-by-hand" });
 * ```
 *
 * @throws pulumi.RunError if no key matches, if several keys have the name, or if the request fails.
 */
export function getApiKey(args: GetApiKeyArgs, opts: LookupOptions = {}): Promise<ApiKeyInfo> {
  return atOnce("getApiKey", opts, (account) => oneKey(account, args));
}

/** {@link getApiKey} for arguments that are Outputs. */
export function getApiKeyOutput(
  args: pulumi.Input<{ [K in "id" | "name"]?: pulumi.Input<string | undefined> }>,
  opts: LookupOptions = {},
): pulumi.Output<ApiKeyInfo> {
  return onceKnown("getApiKey", args, opts, oneKey);
}

/**
 * Lists the account's keys from all pages, newest first, in previews too.
 *
 * ```ts
 * const live = await payengine.listApiKeys({ type: "private", namePrefix: "shop-", status: "active" });
 * ```
 *
 * @throws pulumi.RunError if the request fails.
 */
export function listApiKeys(args: ListApiKeysArgs = {}, opts: LookupOptions = {}): Promise<ApiKeyInfo[]> {
  return atOnce("listApiKeys", opts, (account) => manyKeys(account, args));
}

/** {@link listApiKeys} for arguments that are Outputs. */
export function listApiKeysOutput(
  args: pulumi.Input<{ [K in keyof ListApiKeysArgs]?: pulumi.Input<ListApiKeysArgs[K]> }> = {},
  opts: LookupOptions = {},
): pulumi.Output<ApiKeyInfo[]> {
  return onceKnown("listApiKeys", args, opts, manyKeys);
}

/** Loaded on first use: most programs look nothing up. */
const lookup = (): typeof import("../provider/lookup") => require("../provider/lookup");

async function oneKey(account: Account, args: { id?: string; name?: string }): Promise<ApiKeyInfo> {
  const { id, name } = args;
  if (![typeof id, typeof name].every((type) => ["string", "undefined"].includes(type)))
    throw new Error("id or name is not a string; for an Output, use getApiKeyOutput");
  return lookup().infoOf(await account.keyBy(args));
}

async function manyKeys(account: Account, filter: ListApiKeysArgs): Promise<ApiKeyInfo[]> {
  return (await account.keysLike(filter)).map(lookup().infoOf);
}

async function atOnce<T>(
  what: string,
  opts: LookupOptions,
  work: (account: Account) => Promise<T>,
): Promise<T> {
  const config = configFor(opts);
  const { isKnown } = config as unknown as { isKnown: Promise<boolean> };
  if (!(await isKnown)) {
    throw new pulumi.RunError(
      `${what}: the provider's configuration is not known yet; use ${what}Output instead`,
    );
  }
  return lookUp(what, await new Promise((resolve) => config.apply(resolve)), work);
}

function onceKnown<Args, T>(
  what: string,
  args: pulumi.Input<unknown>,
  opts: LookupOptions,
  work: (account: Account, args: Args) => Promise<T>,
): pulumi.Output<T> {
  return pulumi
    .all([args, configFor(opts)])
    .apply(([known, values]) =>
      lookUp(what, values, (account) => work(account, known as Args)),
    ) as pulumi.Output<T>;
}

async function lookUp<T>(
  what: string,
  values: Readonly<Record<string, string | undefined>>,
  work: (account: Account) => Promise<T>,
): Promise<T> {
  try {
    return await lookup().onAccount((key) => values[key], process.env, work);
  } catch (error) {
    throw new pulumi.RunError(`${what}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The provider's configuration. No result holds its credential, so results are not secret because of it. */
function configFor({ provider, parent }: LookupOptions): pulumi.Output<Record<string, string | undefined>> {
  const explicit = provider ?? parent?.getProvider(TYPE);
  if (explicit === undefined) return pulumi.output(stackConfig());
  const values = valuesOf(explicit);
  if (values === undefined)
    throw new pulumi.RunError("The provider of a lookup must be a payengine.Provider");
  return pulumi.unsecret(pulumi.output(values)) as pulumi.Output<Record<string, string | undefined>>;
}

function stackConfig(): Record<string, string | undefined> {
  refuseUnknownConfig();
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith("payengine:"));
  return Object.fromEntries(keys.map((key) => [key, pulumi.runtime.getConfig(key)]));
}
