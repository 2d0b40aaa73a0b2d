import { valueFields } from "../../provider/api-key/state";
import { shortFingerprint } from "../../provider/payengine/key-value";
import { API_KEY_TYPE } from "../../provider/resource-type";
import type { ReadState } from "../../recovery/pulumi/read-states";
import { readStackState } from "../../recovery/pulumi/stack-state";

/** A key to put into a state. */
export interface Planted {
  readonly resource: string;
  readonly token: string;
  readonly type?: string;
  /** Value of the previous key. */
  readonly previous?: string;
  readonly credential?: string;
  /** More outputs. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** More fields of the resource in state. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A stack's state with these keys, as `pulumi stack export` writes it. */
export function exported(stack: string, keys: readonly Planted[]): string {
  const resources = keys.map((key) => storedKey(stack, key));
  return JSON.stringify({ deployment: { manifest: { time: "2026-01-01T00:00:00Z" }, resources } });
}

/** The same, as it is read. */
export function recorded(stack: string, keys: readonly Planted[]): ReadState {
  return { name: stack, from: "stack", state: readStackState(exported(stack, keys)) };
}

/** A secret in state. */
export const ENCRYPTED = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "c",
};

function storedKey(
  stack: string,
  { resource, token, type = "private", previous, credential, ...more }: Planted,
) {
  const uniqueName = `shop-${stack}-${resource}-0123456789`;
  const shown = valueFields(previous ?? "");
  const previousFields = {
    previousKeyId: "id-of-previous",
    previousToken: ENCRYPTED,
    previousFingerprint: shown.fingerprint,
    previousRedactedToken: shown.redactedToken,
    previousRevokeAt: "2026-02-01T00:00:00.000Z",
    generation: 2,
  };
  return {
    urn: `urn:pulumi:${stack}::shop::${API_KEY_TYPE}::${resource}`,
    type: API_KEY_TYPE,
    provider: "default",
    outputs: {
      ...valueFields(token),
      token: ENCRYPTED,
      type,
      uniqueName,
      name: uniqueName,
      keyId: `id-of-${resource}`,
      createdAt: "2026-01-01T00:00:00.000Z",
      ...(credential !== undefined && { credentialFingerprint: shortFingerprint(credential) }),
      ...(previous !== undefined && previousFields),
      ...more.outputs,
    },
    ...more.fields,
  };
}
