import type { User } from "./account-store";
import { keyView, type Outcome } from "./answer";
import type { Operation } from "./contract";
import { Failure } from "./failure";
import type { StoredKey } from "./key-store";
import type { KeyType } from "./key-value";
import type { Sandbox } from "./sandbox";

/** A call that got through authentication and validation. */
export interface Call {
  caller: User;
  callerKey: StoredKey;
  /** The contract's request body, for createKey. */
  body: { name: string; type: KeyType };
  /** The contract's query, for listKeys. */
  query: { page: number; size: number; q?: string };
  /** The key's id, for getKey and revokeKey. */
  params: { id: string };
}

/** What each of the contract's calls does. */
export const keyOperations: Record<Operation, (sandbox: Sandbox, call: Call) => Outcome> = {
  createKey(sandbox, { caller, body }) {
    refuseTakenName(sandbox, caller.accountId, body.name);
    refuseOverQuota(sandbox, caller.accountId);
    const { key, value } = sandbox.keys.create(caller, body.name, body.type);
    return { status: sandbox.dialect.postStatus, data: keyView(key, value) };
  },

  listKeys(sandbox, { caller, query }) {
    const { dialect, lag, clock } = sandbox;
    const filter = {
      accountId: caller.accountId,
      nameHas: dialect.ignoreQuery ? "" : (query.q ?? ""),
      withRevoked: dialect.revokedKeys === "status",
      madeUntil: clock.now() - lag.listMs,
    };
    const { keys, total } = sandbox.keys.list(filter, query.page, query.size);
    return { status: 200, data: keys.map((key) => keyView(key)), total };
  },

  getKey(sandbox, { caller, params }) {
    const key = visibleKey(sandbox, caller, params.id);
    if (isYounger(sandbox, key, sandbox.lag.getMs)) throw notFound(params.id);
    return { status: 200, data: keyView(key) };
  },

  revokeKey(sandbox, { caller, params }) {
    const key = visibleKey(sandbox, caller, params.id);
    return { status: sandbox.dialect.deleteStatus, data: keyView(sandbox.keys.revoke(key.id)) };
  },

  merchant(sandbox, { caller }) {
    const { id, name } = sandbox.accounts.account(caller.accountId);
    return { status: 200, data: sandbox.dialect.noAccountId ? { name } : { id, name } };
  },
};

/** The name that faults and the log know the call's key by. */
export function keyNameOf(sandbox: Sandbox, operation: Operation, call: Call): string | undefined {
  switch (operation) {
    case "createKey":
      return call.body.name;
    case "listKeys":
      return call.query.q;
    case "merchant":
      return call.callerKey.name;
    default:
      return sandbox.keys.find(call.params.id)?.name;
  }
}

/** Whether the lag still holds for this key. */
export function isYounger(sandbox: Sandbox, key: StoredKey, ageMs: number): boolean {
  return key.credential === 0 && key.createdAt > sandbox.clock.now() - ageMs;
}

function visibleKey(sandbox: Sandbox, caller: User, id: string): StoredKey {
  const key = sandbox.keys.find(id);
  if (!key || key.accountId !== caller.accountId) throw notFound(id);
  if (key.status === "revoked" && sandbox.dialect.revokedKeys === "404") throw notFound(id);
  return key;
}

function notFound(id: string): Failure {
  return new Failure(404, `No key ${id}`);
}

function refuseTakenName(sandbox: Sandbox, accountId: string, name: string): void {
  const { uniqueNames } = sandbox.dialect;
  if (uniqueNames === "off") return;
  const statuses = sandbox.keys.statusesOf(accountId, name);
  const taken = uniqueNames === "forever" ? statuses.length > 0 : statuses.includes("active");
  if (taken) throw new Failure(409, `The name ${name} is in use`);
}

function refuseOverQuota(sandbox: Sandbox, accountId: string): void {
  const { keyQuota } = sandbox.dialect;
  if (keyQuota === null || sandbox.keys.liveCount(accountId) < keyQuota) return;
  throw new Failure(422, `The account's quota of ${keyQuota} keys is used up`);
}
