import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { type Dialect, dialectSchema } from "./dialect";
import { Failure } from "./failure";
import { type Fault, faultSchema } from "./fault";
import type { StandingFault } from "./fault-list";
import type { StoredKey } from "./key-store";
import { type Lag, lagSchema } from "./lag";
import type { Merchant } from "./merchant-store";
import type { PendingCalls } from "./pending-calls";
import type { LoggedRequest } from "./request-log";
import type { Sandbox } from "./sandbox";
import { roles } from "./seeds";
import { type Throttle, throttleSchema } from "./throttle";

/** A key as the control interface shows it. */
export interface ControlKey extends Omit<StoredKey, "credential"> {
  credential: boolean;
  /** The first 16 hex digits of the value's SHA-256; null for private keys made before a restart. */
  fingerprint: string | null;
}

/** A private key of a new user, shown only once. */
export interface Credential {
  /** The private value. */
  key: string;
  keyId: string;
  userId: string;
  accountId: string;
}

const clockSchema = z.strictObject({ advanceMs: z.int() });
const givenKeySchema = z.strictObject({
  id: z.string().min(1),
  name: z.string(),
  type: z.enum(["public", "private"]),
  value: z.string().min(1),
  createdAt: z.iso.datetime({ offset: true }),
});
const valueSchema = z.strictObject({ value: z.string().min(1) });
const merchantSchema = z.strictObject({
  name: z.string().min(1),
  status: z.string().min(1).default("active"),
});
const merchantStatusSchema = z.strictObject({ status: z.string().min(1) });
const roleSchema = z.strictObject({ role: z.enum(roles) });

type ById = { Params: { id: string } };

/** The control interface for tests. It has no authentication, because only programs on this machine can reach it. */
export async function controlRoutes(
  server: FastifyInstance,
  { sandbox, pending }: { sandbox: Sandbox; pending: PendingCalls },
): Promise<void> {
  server.put("/dialect", (request): Dialect => {
    sandbox.dialect = read(dialectSchema, request);
    return sandbox.dialect;
  });

  server.post("/lag", (request): Lag => {
    sandbox.lag = read(lagSchema, request);
    return sandbox.lag;
  });

  server.post("/throttle", (request): Throttle => {
    sandbox.throttle = read(throttleSchema, request);
    return sandbox.throttle;
  });

  server.post("/clock", (request): { now: number } => {
    sandbox.clock.advance(read(clockSchema, request).advanceMs);
    return { now: sandbox.clock.now() };
  });

  server.post("/faults", (request, reply) => {
    const fault: Fault = read(faultSchema, request);
    return reply.code(201).send(sandbox.faults.add(fault));
  });
  server.get("/faults", (): StandingFault[] => sandbox.faults.list());
  server.delete("/faults", (_request, reply) => {
    sandbox.faults.clear();
    return reply.code(204).send();
  });

  server.post("/release", (_request, reply) => {
    pending.release();
    return reply.code(204).send();
  });

  const controlKey = (key: StoredKey): ControlKey => ({
    ...key,
    credential: key.credential === 1,
    fingerprint: sandbox.keys.fingerprintOf(key),
  });
  server.get("/keys", (): ControlKey[] => sandbox.keys.all().map(controlKey));
  server.post<ById>("/accounts/:id/keys", (request, reply) => {
    const { createdAt, ...given } = read(givenKeySchema, request);
    const owner = sandbox.accounts.adminOf(request.params.id);
    const key = sandbox.keys.put(owner, { ...given, createdAt: Date.parse(createdAt) });
    return reply.code(201).send(controlKey(key));
  });
  server.post<ById>("/keys/:id/revoke", ({ params }) => controlKey(sandbox.keys.revoke(params.id)));
  server.put<ById>("/keys/:id/value", (request) => {
    const { value } = read(valueSchema, request);
    return controlKey(sandbox.keys.setPublicValue(request.params.id, value));
  });

  server.get("/merchants", (): Merchant[] => sandbox.merchants.all());
  server.post<ById>("/accounts/:id/merchants", (request, reply) => {
    const { name, status } = read(merchantSchema, request);
    const { id } = sandbox.accounts.account(request.params.id);
    return reply.code(201).send(sandbox.merchants.add(id, name, status));
  });
  server.post<ById>("/merchants/:id", (request): Merchant => {
    return sandbox.merchants.setStatus(request.params.id, read(merchantStatusSchema, request).status);
  });

  server.post<ById>("/users/:id", (request) => {
    return sandbox.accounts.setRole(request.params.id, read(roleSchema, request).role);
  });
  server.post<ById>("/accounts/:id/credentials", (request, reply) => {
    const { user, key, value } = sandbox.addCredential(request.params.id, read(roleSchema, request).role);
    const credential: Credential = { key: value, keyId: key.id, userId: user.id, accountId: user.accountId };
    return reply.code(201).send(credential);
  });

  server.get("/requests", (): LoggedRequest[] => sandbox.requests.list());
  server.delete("/requests", (_request, reply) => {
    sandbox.requests.clear();
    return reply.code(204).send();
  });
}

function read<Schema extends z.ZodType>(schema: Schema, request: FastifyRequest): z.output<Schema> {
  const result = schema.safeParse(request.body);
  if (!result.success) throw new Failure(400, z.prettifyError(result.error));
  return result.data;
}
