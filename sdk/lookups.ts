import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../provider/lookup";
import type { PayEngineKey } from "../provider/payengine/read-answer";
import { API_KEY_TYPE as TYPE } from "../provider/resource-type";
import { refuseUnknownConfig } from "./config";
import { valuesOf } from "./provider";

/** A key as PayEngine shows it, of this program's making or not. */
export interface ApiKeyInfo {
  /** The key's id at PayEngine. */
  readonly keyId: string;
  /** The key's full name at PayEngine. */
  readonly name: string;
  /** `"public"`, `"private"`, or a type that PayEngine has brought in since. */
  readonly type: string;
  /** `"active"`, `"revoked"`, or a status that PayEngine has brought in since. */
  readonly status: string;
  /** A public key's value. Nobody can read a private key's again. */
  readonly token: string | undefined;
  /** The value as PayEngine shows it in lists, such as `3f9a…c21d`. */
  readonly redactedToken: string | undefined;
  /** When PayEngine made the key (ISO 8601), where PayEngine says so. */
  readonly createdAt: string | undefined;
  /** When it was last used (ISO 8601), where PayEngine says so. */
  readonly lastUsedAt: string | undefined;
}

/** Which key to look up: by its id, or by its exact name among those that are not revoked. */
export type GetApiKeyArgs =
  | {
      /** The key's id at PayEngine. */
      readonly id: string;
      /** Not with an id. */
      readonly name?: undefined;
    }
  | {
      /** The key's full name at PayEngine. */
      readonly name: string;
      /** Not with a name. */
      readonly id?: undefined;
    };

/** Which keys to list. What is left out does not matter. */
export interface ListApiKeysArgs {
  /** Who may see the key. */
  readonly type?: "public" | "private" | undefined;
  /** What the name starts with. */
  readonly namePrefix?: string | undefined;
  /** Such as `"active"`. PayEngine may not list revoked keys at all. */
  readonly status?: string | undefined;
}

/** Where to look. */
export interface LookupOptions {
  /** The account to look in. Default: that of `parent`, then the one of the stack's config and the environment. */
  readonly provider?: pulumi.ProviderResource | undefined;
  /** Whose provider to use, where `provider` is not given. */
  readonly parent?: pulumi.Resource | undefined;
}

/**
 * Looks up a key, also in previews.
 *
 * ```ts
 * const { keyId } = await payengine.getApiKey({ name: "made-by-hand" });
 * ```
 *
 * @throws pulumi.RunError where there is no such key, where several bear the name, or where PayEngine cannot be asked.
 */
export function getApiKey(args: GetApiKeyArgs, opts: LookupOptions = {}): Promise<ApiKeyInfo> {
  return atOnce("getApiKey", opts, (account) => oneKey(account, args));
}

/** {@link getApiKey} for arguments that may be Outputs. */
export function getApiKeyOutput(
  args: pulumi.Input<{ [K in "id" | "name"]?: pulumi.Input<string | undefined> }>,
  opts: LookupOptions = {},
): pulumi.Output<ApiKeyInfo> {
  return onceKnown("getApiKey", args, opts, oneKey);
}

/**
 * Lists the keys of the account, also in previews; all pages of them, newest first.
 *
 * ```ts
 * const live = await payengine.listApiKeys({ type: "private", namePrefix: "shop-", status: "active" });
 * ```
 *
 * @throws pulumi.RunError where PayEngine cannot be asked.
 */
export function listApiKeys(args: ListApiKeysArgs = {}, opts: LookupOptions = {}): Promise<ApiKeyInfo[]> {
  return atOnce("listApiKeys", opts, (account) => manyKeys(account, args));
}

/** {@link listApiKeys} for arguments that may be Outputs. */
export function listApiKeysOutput(
  args: pulumi.Input<{ [K in keyof ListApiKeysArgs]?: pulumi.Input<ListApiKeysArgs[K]> }> = {},
  opts: LookupOptions = {},
): pulumi.Output<ApiKeyInfo[]> {
  return onceKnown("listApiKeys", args, opts, manyKeys);
}

/** Loaded with the first lookup: most programs make none. */
const lookup = (): typeof import("../provider/lookup") => require("../provider/lookup");

async function oneKey(account: Account, { id, name }: { id?: string; name?: string }): Promise<ApiKeyInfo> {
  if ((id === undefined) === (name === undefined)) throw new Error("give either id or name");
  if (typeof (id ?? name) !== "string")
    throw new Error("id or name is no string; an Output goes into getApiKeyOutput");
  return infoOf(id === undefined ? await account.keyByName(String(name)) : await account.keyById(id));
}

async function manyKeys(account: Account, filter: ListApiKeysArgs): Promise<ApiKeyInfo[]> {
  return (await account.keysLike(filter)).map(infoOf);
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
      `${what}: the provider's configuration is not known yet; use ${what}Output, which waits for it`,
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

/** What the provider is configured with. Its credential is used and not handed on, so it makes no secret of a result. */
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

function infoOf({ id, value, redacted, ...rest }: PayEngineKey): ApiKeyInfo {
  const { name, type, status, createdAt, lastUsedAt } = rest;
  return {
    keyId: id,
    name,
    type,
    status,
    createdAt,
    lastUsedAt,
    token: type === "public" ? value : undefined,
    redactedToken: redacted,
  };
}
