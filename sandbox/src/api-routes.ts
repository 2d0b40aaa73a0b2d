import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Answer, present, send } from "./answer";
import { authenticate } from "./authenticate";
import {
  contract,
  contractCompiler,
  contractYaml,
  type Operation,
  operations,
  requestSchema,
} from "./contract";
import { faultyAnswer } from "./fault-effect";
import { type Call, keyNameOf, keyOperations } from "./key-operations";
import { withoutPrivateValues } from "./key-value";
import { limitCalls } from "./pace";
import type { PendingCalls } from "./pending-calls";
import type { Sandbox } from "./sandbox";

const nothing = { status: 200, data: {} };

/** The contract's own document, and its calls. */
export async function apiRoutes(
  server: FastifyInstance,
  { sandbox, pending }: { sandbox: Sandbox; pending: PendingCalls },
): Promise<void> {
  server.get("/openapi.yaml", (_request, reply) => reply.type("application/yaml").send(contractYaml));
  server.get("/openapi.json", () => contract);

  await limitCalls(server, sandbox);
  server.setValidatorCompiler(contractCompiler);
  for (const operation of Object.keys(operations) as Operation[]) {
    const { method, path } = operations[operation];
    server.route({
      method,
      url: path.replace("{id}", ":id"),
      schema: requestSchema(operation),
      // Before the body is read: whoever may not call learns nothing about it.
      onRequest: async (request) => {
        request.identity = authenticate(sandbox, request.headers.authorization);
      },
      handler: async (request, reply) => {
        const answer = await pending.add(perform(sandbox, pending, operation, request));
        return send(reply, answer);
      },
    });
  }
}

async function perform(
  sandbox: Sandbox,
  pending: PendingCalls,
  operation: Operation,
  request: FastifyRequest,
): Promise<Answer> {
  const call = { ...request.identity, ...pick(request) } as Call;
  const keyName = keyNameOf(sandbox, operation, call);
  request.logged.operation = operation;
  if (keyName !== undefined) request.logged.keyName = withoutPrivateValues(keyName);

  await pending.pause(sandbox.pace.latencyMs);
  const target = { operation, keyName };
  const delay = sandbox.faults.take("delay", target);
  await pending.pause(delay?.beforeCommitMs ?? 0);
  const early = sandbox.faults.take("beforeCommit", target);
  if (early) return faultyAnswer(early, nothing, sandbox.dialect);

  const outcome = keyOperations[operation](sandbox, call);

  const late = sandbox.faults.take("afterCommit", target);
  await pending.pause(delay?.afterCommitMs ?? 0);
  return late ? faultyAnswer(late, outcome, sandbox.dialect) : present(outcome, sandbox.dialect);
}

function pick({ body, query, params }: FastifyRequest) {
  return { body, query, params };
}
