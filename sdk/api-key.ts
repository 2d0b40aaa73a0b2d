import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { API_KEY_TYPE as TYPE } from "../provider/resource-type";
import type { AdoptArgs, ApiKeyArgs } from "./api-key-args";
import { ApiKeyOutputs } from "./api-key-outputs";
import { refuseUnknownConfig, warnOfPlaintextCredential } from "./config";
import { requireProviderIn } from "./resolution";
import { shortenStacks } from "./short-stacks";
import { demandedToken } from "./token";
import { withComparableTriggers } from "./triggers";

/**
 * What the plugin process evaluates to find the provider. State holds it, and delete and read run what state holds:
 * it must never change.
 */
const PROVIDER =
  "exports.handler=()=>{try{return require('pulumi-payengine/provider').apiKey}catch(e){" +
  "throw Error('Run npm install: '+e)}}";

export interface ApiKey extends ApiKeyOutputs {}

/**
 * A PayEngine API key, created by `pulumi up` and revoked by `pulumi destroy`.
 *
 * PayEngine shows a private key once: its value goes from that one answer into Pulumi's encrypted state.
 *
 * ```ts
 * const checkout = new payengine.ApiKey("checkout", { type: "private" });
 * export const privateKey = checkout.token;
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the runtime sets each property that is declared.
export class ApiKey extends pulumi.CustomResource {
  /**
   * @param name name of the resource, unique among the program's keys.
   * @param args see {@link ApiKeyArgs}.
   * @param opts as on any resource, but for `import`, `id` and `urn`: nobody can read a private key's value again.
   * @throws pulumi.RunError where the type is not a literal, an existing key is asked for, or the project cannot load the
   *   provider; nothing has been created then.
   */
  constructor(name: string, args: ApiKeyArgs, opts: pulumi.CustomResourceOptions = {}) {
    if ([opts.import, opts.id, opts.urn].some((it) => it !== undefined)) throw cannotImport(name);
    if (pulumi.Output.isInstance(args?.type) || (args?.type as unknown) instanceof Promise) {
      throw new pulumi.RunError(
        `ApiKey "${name}": type is an Output or Promise; write "public" or "private" in the program, since it decides ` +
          "what is secret",
      );
    }
    requireProviderIn(process.cwd());
    refuseUnknownConfig();
    warnOfPlaintextCredential();
    warnOfOptions(name, opts);
    const fromProgram = {
      defaultNamePrefix: `${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      digits: newDigits(),
      protect: isProtected(opts) || undefined,
      __provider: PROVIDER,
    };
    const reserved = Object.keys(fromProgram).find((key) => key in (args ?? {}));
    if (reserved !== undefined)
      throw new pulumi.RunError(`ApiKey "${name}": ${reserved} is not an argument of ApiKey`);
    const inputs = {
      ...new ApiKeyOutputs(),
      ...args,
      ...(args?.adopt !== undefined && { adopt: withSecretToken(args.adopt) }),
      ...(args?.rotation !== undefined && { rotation: withComparableTriggers(name, args.rotation) }),
      ...fromProgram,
    };
    const stacks = shortenStacks();
    try {
      super(TYPE, name, inputs, secretly(args, opts));
    } catch (error) {
      throw stacks.complete(error);
    } finally {
      stacks.restore();
    }
    const { token, generation } = this;
    Object.defineProperty(this, "token", {
      enumerable: true,
      get: () => demandedToken(name, this.id, token),
    });
    Object.assign(this, { generation: generation.apply((count) => count ?? 1) });
  }

  /** Existing keys cannot be looked up as resources: a private key's value is shown only when it is created. */
  static get(name: string): never {
    throw cannotImport(name);
  }

  /** Says whether a value is an `ApiKey`, also one of another copy of this package. */
  static override isInstance(value: unknown): value is ApiKey {
    return (
      pulumi.CustomResource.isInstance(value) && (value as { __pulumiType?: string }).__pulumiType === TYPE
    );
  }
}

/** In a preview the digits are unknown, so that a plan made then holds for whatever an update makes. */
function newDigits(): pulumi.Input<string> {
  const unknown = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
  return pulumi.runtime.isDryRun() ? unknown : randomBytes(5).toString("hex");
}

/** A private key's value is a secret even where the program forgets to say so. */
function withSecretToken(adopt: pulumi.Input<AdoptArgs>): pulumi.Input<unknown> {
  // What is known is to stay known in a preview where the token is not.
  const isPlain = typeof adopt === "object" && "token" in adopt && !pulumi.Output.isInstance(adopt);
  if (isPlain && adopt.token !== undefined) return { ...adopt, token: pulumi.secret(adopt.token) };
  return pulumi.output(adopt).apply((given) => {
    const token = (given as { token?: string } | undefined)?.token;
    return token === undefined ? given : { ...given, token: pulumi.secret(token) };
  });
}

/** A resource is protected as its parent is, unless it says otherwise; Pulumi's runtime keeps that out of its types. */
function isProtected({ protect, parent }: pulumi.CustomResourceOptions): boolean {
  return protect ?? (parent as { __protect?: boolean } | undefined)?.__protect ?? false;
}

function secretly(args: ApiKeyArgs, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  if (args?.type === "public") return opts;
  // State repeats the list for each key.
  const secrets = args?.rotation === undefined ? ["token"] : ["token", "previousToken"];
  return { ...opts, additionalSecretOutputs: [...(opts.additionalSecretOutputs ?? []), ...secrets] };
}

function cannotImport(name: string): pulumi.RunError {
  return new pulumi.RunError(
    `ApiKey "${name}" cannot be imported: PayEngine shows a private key's value only when it is created. Where you have ` +
      "kept the value, take the key over with the argument adopt: { keyId, token }; otherwise create a new ApiKey, move " +
      "its consumers over, then revoke the old key in PayEngine's dashboard",
  );
}

/** Warns where a resource option leaves a key live, or has no effect on it. */
function warnOfOptions(
  name: string,
  { replaceOnChanges = [], retainOnDelete, deletedWith }: pulumi.CustomResourceOptions,
): void {
  const warn = (text: string) => void pulumi.log.warn(`ApiKey "${name}": ${text}`);
  // Pulumi compares the properties only for providers that say which ones differ; a dynamic one cannot.
  const ignored = replaceOnChanges.filter((path) => !["type", "namePrefix"].includes(path));
  if (ignored.length > 0) {
    warn(
      `the option replaceOnChanges has no effect for ${ignored.join(", ")}. To replace the key when a value changes, put ` +
        'the value into rotation.triggers and set rotation.overlap to "0s".',
    );
  }
  const staysLive = (option: string, when: string) =>
    warn(
      `with the option ${option}, its key stays live at PayEngine when ${when}. Revoke it in PayEngine's dashboard once ` +
        "nothing uses it.",
    );
  if (retainOnDelete === true) staysLive("retainOnDelete", "this resource is destroyed or replaced");
  if (deletedWith !== undefined) staysLive("deletedWith", "the other resource is deleted");
}
