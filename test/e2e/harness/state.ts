/** A resource in a deployment. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  readonly protect?: boolean;
  readonly parent?: string;
  readonly initErrors?: string[];
  /** To be deleted by the next operation. */
  readonly delete?: boolean;
  /** Its position in the program. */
  readonly sourcePosition?: string;
}

/** A stack's state. */
export interface Deployment {
  readonly resources?: StateResource[];
  readonly pending_operations?: { readonly type: string; readonly resource: StateResource }[];
}

/** A key of a stack, its token decrypted. */
export interface KeyInState {
  /** Name of the resource in the program. */
  readonly resource: string;
  readonly urn: string;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly keyId: string | undefined;
  readonly token: string | undefined;
  readonly previousKeyId: string | undefined;
  readonly previousToken: string | undefined;
  readonly previousRevokeAt: string | undefined;
  readonly overlap: string | undefined;
  readonly pendingAction: string | undefined;
  readonly awaitsDelete: boolean;
}

/** The placeholder of an encrypted value, whose plaintext is JSON. */
const SECRET = "4dabf18193072939515e22adb298388d";

/** @param deployment with its secrets shown. */
export function keysOf(deployment: Deployment): KeyInState[] {
  const keys = (deployment.resources ?? []).filter(
    ({ type }) => type === "pulumi-nodejs:dynamic/payengine:ApiKey" || type === "payengine:index:ApiKey",
  );
  return keys.map(({ urn, id, outputs, delete: awaitsDelete = false }) => {
    const text = (property: string) => optionalText(plaintext(outputs[property]));
    return {
      resource: urn.split("::").at(-1) ?? "",
      urn,
      id: id ?? "",
      type: text("type") ?? "",
      name: text("name") ?? "",
      keyId: text("keyId"),
      token: text("token"),
      previousKeyId: text("previousKeyId"),
      previousToken: text("previousToken"),
      previousRevokeAt: text("previousRevokeAt"),
      overlap: (outputs.rotation as { overlap?: string } | undefined)?.overlap,
      pendingAction: text("pendingAction"),
      awaitsDelete,
    };
  });
}

function plaintext(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(SECRET in value)) return value;
  const text = "plaintext" in value ? JSON.parse(String(value.plaintext)) : null;
  if (text === null) throw new Error("This state was not decrypted");
  return text;
}

function optionalText(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}
