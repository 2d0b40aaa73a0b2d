import type { FastifyReply, FastifyRequest } from "fastify";
import { type Answer, type CallResult, present } from "./answer";
import { authenticate } from "./authenticate";
import { callRoute } from "./call-route";
import { Failure } from "./failure";
import type { EndingFault } from "./fault";
import { faultyAnswer } from "./fault-effect";
import type { FaultTarget } from "./fault-list";
import { sendInformational } from "./informational";
import { callReaders } from "./key-operations";
import { withoutPrivateValues } from "./key-value";
import type { PendingCalls } from "./pending-calls";
import type { Sandbox } from "./sandbox";

/** A call in progress, with its context. */
export interface CallContext {
  sandbox: Sandbox;
  pending: PendingCalls;
  request: FastifyRequest;
  reply: FastifyReply;
  /** Without the prefix and the query. */
  path: string;
}

/** The result of a call, and the fault that changes its response. */
interface Ending {
  result: CallResult | Failure;
  fault?: EndingFault;
}

const nothing: CallResult = { status: 200, resource: "key", data: {} };

/** Returns PayEngine's response to any call, valid or not. */
export async function answerCall(context: CallContext): Promise<Answer> {
  const { dialect } = context.sandbox;
  // Faults with the operation "any" also hit rejected calls.
  const { result, fault } = await underFaults(context, { operation: "any" }, async () => {
    try {
      return await endingOf(context);
    } catch (error) {
      if (error instanceof Failure) return { result: error };
      throw error;
    }
  });
  return fault ? faultyAnswer(fault, result, dialect) : present(result, dialect);
}

async function endingOf(context: CallContext): Promise<Ending> {
  const { sandbox, pending, request, path } = context;
  const route = callRoute(sandbox.dialect, request.method, path);
  if (!route) throw unsupported();
  const { operation, id } = route;
  const identity = authenticate(sandbox, operation, request);
  const { keyName, perform } = callReaders[operation](sandbox, identity, request, id);

  request.logged.operation = operation;
  if (keyName !== undefined) request.logged.keyName = withoutPrivateValues(keyName);
  await pending.pause(sandbox.throttle.latencyMs);
  return underFaults(context, { operation, keyName }, async () => ({ result: perform() }));
}

/** PayEngine's response to an unknown call. */
export function unsupported(): Failure {
  return new Failure(400, "Unsupported API call. Please check the path and method");
}

/** Does the work, unless a fault prevents it, and takes the fault that changes the response. */
async function underFaults(
  { sandbox: { faults }, pending, reply }: CallContext,
  target: FaultTarget,
  work: () => Promise<Ending>,
): Promise<Ending> {
  const delay = faults.take("delay", target);
  const informational = faults.take("informational", target);
  if (informational) sendInformational(reply, informational.status);
  await pending.pause(delay?.beforeCommitMs ?? 0);
  const early = faults.take("beforeCommit", target);
  if (early) return { result: nothing, fault: early };
  const ending = await work();
  const fault = ending.fault ?? faults.take("afterCommit", target);
  await pending.pause(delay?.afterCommitMs ?? 0);
  return { ...ending, fault };
}
