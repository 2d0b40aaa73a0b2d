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
 * The plugin process evaluates this text to find the provider. It must never change: delete and read run the text that
 * is in state.
 */
const PROVIDER =
  "exports.handler=()=>{try{return require('pulumi-payengine/provider').apiKey}catch(e){" +
  "throw Error('Run npm install: '+e)}}";

export interface ApiKey extends ApiKeyOutputs {}

/**
 * A PayEngine API key, created by `pulumi up` and revoked by `pulumi destroy`.
 *
 * PayEngine shows a private key's value once. The provider stores it from that response in Pulumi's encrypted state.
 *
 * ```ts
 * const checkout = new payengine.ApiKey("checkout", { type: "private" });
 * export const privateKey = checkout.token;
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: Pulumi's runtime sets each declared property.
export class ApiKey extends pulumi.CustomResource {
  /**
   * @param name name of the resource, unique among the program's keys.
   * @param args see {@link ApiKeyArgs}.
   * @param opts any resource options except `import`, `id` and `urn`: a private key's value cannot be read again.
   * @throws pulumi.RunError if `type` is not a literal, if `opts` name an existing key, or if the project cannot load the
   *   provider. No key is created then.
   */
  constructor(name: string, args: ApiKeyArgs, opts: pulumi.CustomResourceOptions = {}) {
    if ([opts.import, opts.id, opts.urn].some((it) => it !== undefined)) throw cannotImport(name);
    if (pulumi.Output.isInstance(args?.type) || (args?.type as unknown) instanceof Promise) {
      throw new pulumi.RunError(
        `ApiKey "${name}": type is an Output or Promise; write "public" or "private" as a literal, because it decides ` +
          "which outputs are secret",
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

  /** Always throws: a private key's value cannot be read again. To manage an existing key, pass `adopt`. */
  static get(name: string): never {
    throw cannotImport(name);
  }

  /** Returns true if the value is an `ApiKey`, including one from another copy of this package. */
  static override isInstance(value: unknown): value is ApiKey {
    return (
      pulumi.CustomResource.isInstance(value) && (value as { __pulumiType?: string }).__pulumiType === TYPE
    );
  }
}

/** Unknown in a preview, so that an update plan does not fix the digits. */
function newDigits(): pulumi.Input<string> {
  const unknown = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
  return pulumi.runtime.isDryRun() ? unknown : randomBytes(5).toString("hex");
}

/** Marks the value as a secret even if the program does not. */
function withSecretToken(adopt: pulumi.Input<AdoptArgs>): pulumi.Input<unknown> {
  // Known fields stay known in a preview in which the token is not.
  const isPlain = typeof adopt === "object" && "token" in adopt && !pulumi.Output.isInstance(adopt);
  if (isPlain && adopt.token !== undefined) return { ...adopt, token: pulumi.secret(adopt.token) };
  return pulumi.output(adopt).apply((given) => {
    const token = (given as { token?: string } | undefined)?.token;
    return token === undefined ? given : { ...given, token: pulumi.secret(token) };
  });
}

/** A resource inherits `protect` from its parent. Pulumi's types do not show the parent's value. */
function isProtected({ protect, parent }: pulumi.CustomResourceOptions): boolean {
  return protect ?? (parent as { __protect?: boolean } | undefined)?.__protect ?? false;
}

function secretly(args: ApiKeyArgs, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  if (args?.type === "public") return opts;
  // State holds the list once per key, so it is short.
  const secrets = args?.rotation === undefined ? ["token"] : ["token", "previousToken"];
  return { ...opts, additionalSecretOutputs: [...(opts.additionalSecretOutputs ?? []), ...secrets] };
}

function cannotImport(name: string): pulumi.RunError {
  return new pulumi.RunError(
    `ApiKey "${name}" cannot be imported: PayEngine shows a private key's value only when the key is created. If you have ` +
      "the value, adopt the key: pass adopt: { keyId, token }. Otherwise create a new ApiKey, switch its consumers to it, " +
      "then revoke the old key in PayEngine's dashboard",
  );
}

/** Warns of resource options that leave a key active or have no effect. */
function warnOfOptions(
  name: string,
  { replaceOnChanges = [], retainOnDelete, deletedWith }: pulumi.CustomResourceOptions,
): void {
  const warn = (text: string) => void pulumi.log.warn(`ApiKey "${name}": ${text}`);
  // Pulumi applies the option only to properties that the provider reports as changed; a dynamic provider cannot.
  const ignored = replaceOnChanges.filter((path) => !["type", "namePrefix"].includes(path));
  if (ignored.length > 0) {
    warn(
      `the option replaceOnChanges has no effect for ${ignored.join(", ")}. To replace the key when a value changes, add ` +
        'the value to rotation.triggers and set rotation.overlap to "0s".',
    );
  }
  const staysLive = (option: string, when: string) =>
    warn(
      `with the option ${option}, the key stays active at PayEngine when ${when}. Revoke it in PayEngine's dashboard ` +
        "when nothing uses it.",
    );
  if (retainOnDelete === true) staysLive("retainOnDelete", "this resource is destroyed or replaced");
  if (deletedWith !== undefined) staysLive("deletedWith", "the other resource is deleted");
}
