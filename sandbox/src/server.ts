import { once } from "node:events";
import type { Socket } from "node:net";
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { present, send } from "./answer";
import { apiRoutes, failureOf } from "./api-routes";
import { controlRoutes } from "./control-routes";
import type { Dialect } from "./dialect";
import { Failure, failureBody } from "./failure";
import { refuseForeign } from "./foreign-callers";
import type { PendingCalls } from "./pending-calls";
import type { LoggedRequest } from "./request-log";
import type { Sandbox } from "./sandbox";

declare module "fastify" {
  interface FastifyRequest {
    /** The call's entry in the log of requests. */
    logged: LoggedRequest;
  }
}

export const apiPrefix = "/api";
export const controlPrefix = "/__control";

/** The HTTP server, not listening yet. */
export function sandboxServer(
  sandbox: Sandbox,
  pending: PendingCalls,
  options: { control: boolean; log: boolean },
): FastifyInstance {
  const answerFailure = (failure: Failure, reply: FastifyReply) =>
    send(reply, present(failure, sandbox.dialect), sandbox.clock.httpDate());
  const answerError = (error: FastifyError | Failure, request: FastifyRequest, reply: FastifyReply) => {
    answerFailure(failureOf(error, request), reply);
  };
  const server = fastify({
    // stdout belongs to what the command says on start.
    logger: options.log ? { stream: process.stderr } : false,
    exposeHeadRoutes: false,
    // PayEngine sets no limit to an id; Fastify's is 100 characters, shorter than a private key.
    routerOptions: { maxParamLength: 10_000 },
    // A call that arrives while the sandbox stops is served; Fastify's own 503 is not in PayEngine's form.
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: (error, socket) => answerMalformed(error, socket, sandbox.dialect),
  });
  server.setErrorHandler(answerError);
  server.setNotFoundHandler((request, reply) =>
    answerFailure(new Failure(404, `No such call: ${request.method} ${request.url.split("?")[0]}`), reply),
  );
  // First, so that a refused request is in no log and hits no fault.
  server.addHook("onRequest", async ({ headers }) => refuseForeign(headers));
  logRequests(server, sandbox);
  server.addHook("onRequest", async (_request, reply) => {
    void pending.add(once(reply.raw, "close"));
  });
  void server.register(apiRoutes, { prefix: apiPrefix, sandbox, pending });
  if (options.control) void server.register(controlRoutes, { prefix: controlPrefix, sandbox, pending });
  return server;
}

/** What is no HTTP, or has a head beyond Node's 16 KiB, never becomes a request: this writes to the connection. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket, dialect: Dialect): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const failure = new Failure(400, `No HTTP request that can be read: ${error.message}`);
  const body = JSON.stringify(failureBody(failure, dialect));
  const head = [
    "HTTP/1.1 400 Bad Request",
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** Notes every call and its answer, and dates the answer by the sandbox's clock. */
function logRequests(server: FastifyInstance, sandbox: Sandbox): void {
  server.addHook("onRequest", async (request, reply) => {
    if (request.url.startsWith(controlPrefix)) return;
    const logged = sandbox.requests.add(sandbox.clock.now(), request.method, request.url);
    request.logged = logged;
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) logged.answered = "dropped";
    });
  });
  // Not onResponse: a test may ask for the log before that has run.
  server.addHook("onSend", async (request, reply) => {
    reply.header("date", sandbox.clock.httpDate());
    if (request.logged) request.logged.answered = reply.statusCode;
  });
}
