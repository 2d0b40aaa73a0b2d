import * as pulumi from "@pulumi/pulumi";
import type { ContractArgs } from "./contract-args";

/** Arguments of {@link Provider}. For an argument that you leave out, the environment applies, then the default. */
export interface ProviderArgs {
  /**
   * The provider credential: a private key of a user with the Admin or Developer role. Always a secret. If both
   * `apiKey` and `credentialEnv` are left out, the provider reads `PAYENGINE_API_KEY`.
   */
  readonly apiKey?: pulumi.Input<string>;
  /**
   * Name of an environment variable that holds the provider credential. The provider reads it in every operation and
   * prefers it to `apiKey`. Set it for destroy and refresh, which otherwise use the `apiKey` in state.
   */
  readonly credentialEnv?: pulumi.Input<string>;
  /** Address of the API. Default: `PAYENGINE_API_URL`, then `https://console.payengine.co/api`. */
  readonly apiUrl?: pulumi.Input<string>;
  /**
   * Pins the account: its ID, or the ID of one of its merchants or keys. Operations fail if the credential cannot see that
   * ID. Default: not pinned.
   */
  readonly accountId?: pulumi.Input<string>;
  /** Address of the console before it moved to `apiUrl`. Keys created there stay managed. Default: none. */
  readonly formerApiUrl?: pulumi.Input<string>;
  /**
   * How the account's API differs from PayEngine's published conventions, or `"dashboard"` if keys can only be created in
   * the dashboard. Default: the published conventions.
   */
  readonly contract?: pulumi.Input<"dashboard" | ContractArgs>;
  /** Timeout of one request, such as `"30s"` or `"500ms"`. Default: 30 seconds. */
  readonly requestTimeout?: pulumi.Input<string>;
  /** Retries of a request that is safe to repeat, 0 to 10. Default: 3. */
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
 * Keys that use the provider report its invalid arguments, before any key is created.
 */
export class Provider extends pulumi.ProviderResource {
  /**
   * Registers the provider. It sends no request until a key needs one.
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
    // Dynamic resources belong to the package pulumi-nodejs; its plugin process reads these as configuration.
    super("pulumi-nodejs", name, Object.fromEntries(prefixed), opts);
    values.set(this, Object.fromEntries(prefixed));
  }
}

/** JSON text for an object, as stack config stores it. */
function asText(contract: unknown): string {
  return typeof contract === "string" ? contract : JSON.stringify(contract);
}

/** Keyed by provider: a field would become an output. */
const values = new WeakMap<pulumi.ProviderResource, pulumi.Inputs>();

/** A provider's configuration, such as `payengine:apiUrl`; undefined for other classes. */
export function valuesOf(provider: pulumi.ProviderResource): pulumi.Inputs | undefined {
  return values.get(provider);
}

/** Makes a malformed value secret: it may be a password, and the engine shows it before the provider refuses it. */
function hiddenUnless(harmless: RegExp, value: pulumi.Input<string> | undefined) {
  if (value === undefined) return undefined;
  return pulumi
    .output(value)
    .apply((text) => (harmless.test(text) ? pulumi.output(text) : pulumi.secret(text)));
}
