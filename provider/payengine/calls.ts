import type { CallName, CallSpec, Contract } from "./contract";
import { ApiError, NotFoundError, ResponseSchemaError, UnsupportedCallError } from "./errors";
import type { Call, Request } from "./http";
import { listKeys } from "./key-list";
import {
  type CreatedKey,
  type KeyPage,
  type PayEngineKey,
  type Place,
  readCreated,
  readKey,
  readPage,
  readPlace,
} from "./read-answer";
import { redact } from "./redact";

/** Keys per page: the maximum of PayEngine's published lists. */
export const PAGE_SIZE = 100;

/** Maximum length of a key name, in characters (assumed). */
export const MAX_NAME_LENGTH = 128;

/** What a client remembers of lists. */
export interface PageMemory {
  /** The longest page so far: a shorter one is the last. */
  longest: number;
}

/** PayEngine's requests as the contract defines them. Throws the errors of {@link Request}. */
export interface PayEngineClient {
  readonly contract: Contract;
  readonly pages: PageMemory;
  /** The response may lack the value and even the ID. */
  createKey(input: { readonly name: string; readonly type: string }): Promise<CreatedKey>;
  /** Reveals a key's value, once. Undefined if the response has none. */
  revealKey(id: string): Promise<string | undefined>;
  /** @throws NotFoundError if PayEngine does not have the key. */
  getKey(id: string): Promise<PayEngineKey>;
  /** @param q part of a name; PayEngine may ignore it. */
  readPage(page: number, q: string): Promise<KeyPage>;
  revokeKey(id: string): Promise<void>;
  /** What the request `works` shows of the credential's account. */
  place(): Promise<Place>;
  /** Whether the merchant exists. Undefined if the contract has no request for it. */
  hasMerchant(id: string): Promise<boolean | undefined>;
}

/** What the provider cannot do under the contract `dashboard`. */
const VERBS: Readonly<Record<CallName, string>> = {
  create: "create a key",
  list: "list the account's keys",
  get: "look up a key",
  reveal: "reveal a key",
  revoke: "revoke a key",
  works: "test a key",
};

export function payEngineClient(
  request: Request,
  contract: Contract,
  pages: PageMemory = { longest: 0 },
): PayEngineClient {
  const specOf = (name: CallName): CallSpec => {
    const spec = contract.calls[name];
    if (spec !== undefined) return spec;
    throw new UnsupportedCallError(
      contract.kind === "dashboard"
        ? `payengine:contract is "dashboard", so the provider cannot ${VERBS[name]}`
        : `payengine:contract has no request "${name}"`,
    );
  };
  const call = async <T>(
    spec: CallSpec,
    id: string,
    more: Pick<Call<T>, "read"> & Partial<Call<T>>,
  ): Promise<T> => {
    // These two would change the path, encoded or not.
    if (id === "." || id === "..") throw new NotFoundError(`PayEngine has no key with the ID "${id}"`, true);
    const path = spec.path.replace("{id}", () => encodeURIComponent(id));
    return request({ method: spec.method, path, retry: "idempotent", ...more });
  };
  const client: PayEngineClient = {
    contract,
    pages,
    async createKey({ name, type }) {
      const { fields, types } = contract;
      const word = type === "public" ? types.public : type === "private" ? types.private : type;
      return call(specOf("create"), "", {
        body: { [fields.name ?? "name"]: name, [fields.type ?? "type"]: word },
        retry: "only if without effect",
        read: (answer) => readCreated(answer, contract),
      });
    },
    async revealKey(id) {
      const read = (answer: unknown) => readCreated(answer, contract).value;
      return call(specOf("reveal"), id, { retry: "only if without effect", read });
    },
    async getKey(id) {
      const key =
        contract.calls.get === undefined
          ? await keyInList(client, id)
          : await call(contract.calls.get, id, { read: (answer) => readKey(answer, contract) });
      if (key.id === id) return key;
      throw new ResponseSchemaError(`PayEngine returned a different key, ${redact(key.id, [])}`);
    },
    async readPage(page, q) {
      // Some published lists page by `size`, others by `limit`. Each ignores the other parameter.
      const query = { page: String(page), size: String(PAGE_SIZE), limit: String(PAGE_SIZE), q };
      const read = (answer: unknown) => readPage(answer, contract);
      return call(specOf("list"), "", { query, read });
    },
    async revokeKey(id) {
      await call(specOf("revoke"), id, { read: () => {} });
    },
    async place() {
      return call(contract.calls.works, "", { read: readPlace });
    },
    async hasMerchant(id) {
      const { works } = contract.calls;
      if (works.path !== "/merchant") return undefined;
      try {
        const path = `${works.path}/{id}`;
        return await call({ method: works.method, path }, id, { read: () => true });
      } catch (error) {
        if (error instanceof ApiError && error.byContract && [400, 403, 404, 422].includes(error.status))
          return false;
        throw error;
      }
    },
  };
  return client;
}

/** For contracts without `get`. */
async function keyInList(client: PayEngineClient, id: string): Promise<PayEngineKey> {
  const [key] = await listKeys(client, "", (it) => it.id === id);
  if (key === undefined) throw new NotFoundError("PayEngine's list of keys does not include it", true);
  return key;
}

/** Whether this client's credential works. Only a 401 from PayEngine itself means that it does not. */
export async function authenticates(client: PayEngineClient): Promise<boolean> {
  try {
    await client.place();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || !error.byContract) throw error;
    if (error.status === 403) return true;
    const isUnknown = [undefined, "E116", "E121"].includes(error.code) && error.kind === "credential";
    if (error.status === 401 && isUnknown) return false;
    throw error;
  }
}
