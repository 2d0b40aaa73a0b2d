import { z } from "zod";
import type { Request } from "./client";
import { ApiError } from "./errors";

/**
 * Every path and field of PayEngine that this project speaks. PayEngine documents its keys as a dashboard flow only;
 * what stands here is the project's assumption of the HTTP behind it.
 */

/** A key as PayEngine tells it. Unknown types and statuses are let through: readers must live with new ones. */
export const PayEngineKey = z.object({
  id: z.string().min(1),
  name: z.string(),
  type: z.string(),
  status: z.string(),
  /** The value: always there for a public key, for a private one only in the answer to its creation. */
  key: z.string().nullish(),
  redactedKey: z.string().nullish(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullish(),
});

export type PayEngineKey = z.infer<typeof PayEngineKey>;

const KeyList = z.union([
  z.array(PayEngineKey).transform((data) => ({ data, total: undefined })),
  z.object({ data: z.array(PayEngineKey), total: z.number().int().nonnegative().nullish() }),
]);

export type KeyPage = z.infer<typeof KeyList>;

const Merchant = z.object({ id: z.string().min(1).nullish() });

/** Keys on one page of a list: the most that the contract allows. */
export const PAGE_SIZE = 100;

/** The longest name that the contract allows, in characters. */
export const MAX_NAME_LENGTH = 128;

export function isRevoked(key: PayEngineKey): boolean {
  return key.status === "revoked";
}

/** PayEngine's calls, typed. Errors are those of {@link Request}. */
export function payEngineApi(request: Request) {
  return {
    /** The account behind the credential, or `undefined` where PayEngine does not say. */
    async accountId(): Promise<string | undefined> {
      const merchant = await request({ method: "GET", path: "/merchant", answer: Merchant });
      return merchant.id ?? undefined;
    },

    createKey(input: { readonly name: string; readonly type: string }): Promise<PayEngineKey> {
      return request({ method: "POST", path: "/api-keys", body: input, answer: PayEngineKey });
    },

    getKey(id: string): Promise<PayEngineKey> {
      return request({ method: "GET", path: keyPath(id), answer: PayEngineKey });
    },

    /** @param q part of a name; PayEngine may ignore it. */
    listKeys(page: number, q: string): Promise<KeyPage> {
      const query = { page: String(page), size: String(PAGE_SIZE), q };
      return request({ method: "GET", path: "/api-keys", query, answer: KeyList });
    },

    async revokeKey(id: string): Promise<void> {
      await request({ method: "DELETE", path: keyPath(id), answer: z.unknown() });
    },
  };
}

/** Says whether the credential of this request works: only 401 means that it does not. */
export async function authenticates(request: Request): Promise<boolean> {
  try {
    await payEngineApi(request).accountId();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.byContract && error.status === 401) return false;
    if (error instanceof ApiError && error.byContract && error.status === 403) return true;
    throw error;
  }
}

export type PayEngineApi = ReturnType<typeof payEngineApi>;

function keyPath(id: string): string {
  return `/api-keys/${encodeURIComponent(id)}`;
}
