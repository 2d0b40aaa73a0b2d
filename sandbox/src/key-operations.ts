import type { FastifyRequest } from "fastify";
import type { User } from "./account-store";
import type { CallResult } from "./answer";
import type { Identity } from "./authenticate";
import { type ListQuery, readListQuery, readNewKey } from "./call-input";
import type { CallRoute } from "./call-route";
import type { Operation } from "./contract";
import { Failure } from "./failure";
import type { StoredKey } from "./key-store";
import { merchantOperations } from "./merchant-operations";
import type { Sandbox } from "./sandbox";

/** An authenticated and valid call, ready to run. */
export interface ReadyCall {
  /** The key name for faults and the log. */
  keyName: string | undefined;
  perform: () => CallResult;
}

/** Reads a call's request. */
export type CallReader = (
  sandbox: Sandbox,
  identity: Identity,
  request: FastifyRequest,
  id: CallRoute["id"],
) => ReadyCall;

/** PayEngine's calls. Each reads its request at once, and does its work later. */
export const callReaders: Record<Operation, CallReader> = {
  ...merchantOperations,

  createKey(sandbox, { caller }, request) {
    const { name, type } = readNewKey(request, sandbox.dialect);
    return {
      keyName: name,
      perform() {
        const { dialect, keys } = sandbox;
        refuseTakenName(sandbox, caller.accountId, name);
        refuseOverQuota(sandbox, caller.accountId);
        const { key, value } = keys.create(caller, name, type);
        const isHeld = type === "private" && dialect.reveal === "byCall";
        if (isHeld) keys.holdValue(key.id, value);
        const data = keyItem(key, isHeld ? null : value);
        return { status: dialect.postStatus, resource: "key", message: "api key created", data };
      },
    };
  },

  listKeys(sandbox, { caller }, request) {
    const wanted = readListQuery(request, sandbox.dialect, "/api-keys");
    return {
      keyName: wanted.q === "" ? undefined : wanted.q,
      perform() {
        const { keys, total } = listedKeys(sandbox, caller, wanted);
        return { status: 200, resource: "key", data: keys.map((key) => keyItem(key)), total };
      },
    };
  },

  getKey(sandbox, { caller }, _request, id) {
    return {
      keyName: sandbox.keys.find(id)?.name,
      perform() {
        const key = visibleKey(sandbox, caller, id);
        if (isYounger(sandbox, key, sandbox.lag.getMs)) throw notFound();
        return { status: 200, resource: "key", data: keyItem(key) };
      },
    };
  },

  revealKey(sandbox, { caller }, _request, id) {
    return {
      keyName: sandbox.keys.find(id)?.name,
      perform() {
        const key = visibleKey(sandbox, caller, id);
        const value = sandbox.keys.takeValue(key.id);
        if (value === undefined) throw new Failure(400, "Key has been revealed before", "E106");
        return { status: 200, resource: "key", data: { id: key.id, value } };
      },
    };
  },

  revokeKey(sandbox, { caller }, _request, id) {
    return {
      keyName: sandbox.keys.find(id)?.name,
      perform() {
        const data = keyItem(sandbox.keys.revoke(visibleKey(sandbox, caller, id).id));
        const { deleteStatus } = sandbox.dialect;
        return { status: deleteStatus, resource: "key", message: "api key revoked", data };
      },
    };
  },
};

/** The keys that a list shows to this user, with the number of keys on all pages. */
export function listedKeys(
  { dialect, lag, clock, keys }: Sandbox,
  { accountId }: User,
  { page, size, q }: ListQuery,
): { keys: StoredKey[]; total: number } {
  const filter = {
    accountId,
    nameHas: dialect.ignoreQuery ? "" : q,
    withRevoked: dialect.revokedKeys === "status",
    madeUntil: clock.now() - lag.listMs,
  };
  return keys.list(filter, page, size);
}

/** Whether the lag still applies to this key. */
export function isYounger(sandbox: Sandbox, key: StoredKey, ageMs: number): boolean {
  return key.credential === 0 && key.createdAt > sandbox.clock.now() - ageMs;
}

/** A key as in responses. A private value is present only while it is revealed. */
function keyItem(key: StoredKey, value = key.publicValue): Record<string, unknown> {
  return {
    id: key.id,
    name: key.name,
    type: key.type,
    status: key.status,
    ...(value === null ? {} : { value }),
    redacted: key.redacted,
    createdAt: new Date(key.createdAt).toISOString(),
    updatedAt: new Date(key.updatedAt).toISOString(),
    lastUsedAt: key.lastUsedAt === null ? null : new Date(key.lastUsedAt).toISOString(),
  };
}

/**
 * The key with this ID, if the user may see it.
 *
 * @throws {Failure} 404
 */
export function visibleKey(sandbox: Sandbox, caller: User, id: string): StoredKey {
  const key = sandbox.keys.find(id);
  if (!key || key.accountId !== caller.accountId) throw notFound();
  if (key.status === "revoked" && sandbox.dialect.revokedKeys === "404") throw notFound();
  return key;
}

function notFound(): Failure {
  return new Failure(404, "API key not found");
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
