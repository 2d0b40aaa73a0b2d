import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { present, send } from "./answer";
import { answerCall, unsupported } from "./call";
import { contract, contractYaml } from "./contract";
import { Failure } from "./failure";
import type { PendingCalls } from "./pending-calls";
import type { Sandbox } from "./sandbox";
import { limitCalls } from "./throttle";

/** Serves the contract's document, and PayEngine's API. The dialect decides per request which calls exist. */
export async function apiRoutes(
  server: FastifyInstance,
  { sandbox, pending }: { sandbox: Sandbox; pending: PendingCalls },
): Promise<void> {
  server.get("/openapi.yaml", (_request, reply) => reply.type("application/yaml").send(contractYaml));
  server.get("/openapi.json", () => contract);

  // Reads the body after authentication, so that an unauthorized caller learns nothing about validation.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    "*",
    { parseAs: "string" },
    async (_request: FastifyRequest, body: string) => body,
  );
  const answerFailure = (failure: Failure, reply: FastifyReply) =>
    send(reply, present(failure, sandbox.dialect), sandbox.clock.httpDate());
  server.setErrorHandler((error: FastifyError | Failure, request, reply) =>
    answerFailure(failureOf(error, request), reply),
  );
  server.setNotFoundHandler((_request, reply) => answerFailure(unsupported(), reply));

  await limitCalls(server, sandbox);
  const { prefix } = server;
  server.all("/*", async (request, reply) => {
    const path = request.url.slice(prefix.length).split("?")[0] ?? "";
    const answer = await pending.add(answerCall({ sandbox, pending, request, reply, path }));
    return send(reply, answer, sandbox.clock.httpDate());
  });
}

/** Assumes that PayEngine has one status for a malformed request; Fastify also has 413 and 415. */
export function failureOf(error: FastifyError | Failure, request: FastifyRequest): Failure {
  if (error instanceof Failure) return error;
  const callersFault = (error.statusCode ?? 500) < 500;
  if (!callersFault) request.log.error(error);
  return callersFault ? new Failure(400, error.message) : new Failure(500, "The sandbox failed");
}
