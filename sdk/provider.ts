import * as pulumi from "@pulumi/pulumi";
import type { ContractArgs } from "./contract-args";

/** Arguments of {@link Provider}. What is left out is taken from the environment, then from the defaults. */
export interface ProviderArgs {
  /**
   * The provider credential: a private key of a user who has the Admin or Developer role. Always kept as a secret.
   * Default: the variable that `credentialEnv` names; where neither is given, `PAYENGINE_API_KEY`.
   */
  readonly apiKey?: pulumi.Input<string>;
  /**
   * Name of an environment variable that holds the provider credential. It is read at each call and comes before
   * `apiKey`, of which destroy and refresh only know what state holds.
   */
  readonly credentialEnv?: pulumi.Input<string>;
  /** Address of the API. Default: `PAYENGINE_API_URL`, then `https://console.payengine.co/api`. */
  readonly apiUrl?: pulumi.Input<string>;
  /**
   * Pins the account: its id, or the id of one of its merchants or keys, which the credential must be shown. Default: none
   * is required.
   */
  readonly accountId?: pulumi.Input<string>;
  /** Address that the console had before it moved to `apiUrl`; keys that were made there move along. Default: none. */
  readonly formerApiUrl?: pulumi.Input<string>;
  /**
   * How this account's keys are made, found and revoked, where it differs from the published conventions; or `"dashboard"`
   * where only people make keys. Default: the published conventions.
   */
  readonly contract?: pulumi.Input<"dashboard" | ContractArgs>;
  /** How long one request may take, such as `"30s"` or `"500ms"`. Default: 30 seconds. */
  readonly requestTimeout?: pulumi.Input<string>;
  /** How often a request that may be repeated is repeated, 0 to 10. Default: 3. */
  readonly maxRetries?: pulumi.Input<number>;
}

/**
 * A second PayEngine account or environment in one program.
 *
 * ```ts
 * const production = new payengine.Provider("production", { apiKey: config.requireSecret("productionKey") });
 * const checkout = new payengine.ApiKey("checkout", { type: "private" }, { provider: production });
 * ```
 *
 * Bad arguments are reported by the keys that use it, before any is created.
 */
export class Provider extends pulumi.ProviderResource {
  /**
   * Registers the provider; nothing is called before a key needs it.
   *
   * @param name name of the resource, unique in the program.
   * @param args see {@link ProviderArgs}.
   * @param opts see `pulumi.ResourceOptions`.
   */
  constructor(name: string, args: ProviderArgs = {}, opts: pulumi.ResourceOptions = {}) {
    const { apiKey, apiUrl, credentialEnv, maxRetries, contract, ...rest } = args;
    const props: pulumi.Inputs = {
      provider: name,
      ...rest,
      apiUrl: hiddenUnless(/^(?!.*\/\/[^/?#]*@)/, apiUrl),
      credentialEnv: hiddenUnless(/^\w{1,64}$/, credentialEnv),
      apiKey: apiKey === undefined ? undefined : pulumi.secret(apiKey),
      contract: contract === undefined ? undefined : pulumi.output(contract).apply(asText),
      maxRetries: maxRetries === undefined ? undefined : pulumi.output(maxRetries).apply(String),
    };
    const prefixed = Object.entries(props).map(([key, value]) => [`payengine:${key}`, value]);
    // Dynamic resources belong to the package pulumi-nodejs, whose plugin process takes these as its configuration.
    super("pulumi-nodejs", name, Object.fromEntries(prefixed), opts);
    values.set(this, Object.fromEntries(prefixed));
  }
}

/** Objects are handed on as JSON text, as stack config hands them on. */
function asText(contract: unknown): string {
  return typeof contract === "string" ? contract : JSON.stringify(contract);
}

/** Keyed by provider, since a field would be one of its outputs. */
const values = new WeakMap<pulumi.ProviderResource, pulumi.Inputs>();

/** What a provider was configured with, such as `payengine:apiUrl`; undefined for one that is not of this class. */
export function valuesOf(provider: pulumi.ProviderResource): pulumi.Inputs | undefined {
  return values.get(provider);
}

/** What may be a password or key in the wrong place is refused by the provider, but the engine sees and shows it first. */
function hiddenUnless(harmless: RegExp, value: pulumi.Input<string> | undefined) {
  if (value === undefined) return undefined;
  return pulumi
    .output(value)
    .apply((text) => (harmless.test(text) ? pulumi.output(text) : pulumi.secret(text)));
}
