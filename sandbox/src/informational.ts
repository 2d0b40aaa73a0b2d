import type { FastifyReply } from "fastify";

/** Sends an answer that another one follows: 102, or 103 with a Link header. */
export function sendInformational(reply: FastifyReply, status: 102 | 103): void {
  if (status === 102) reply.raw.writeProcessing();
  else reply.raw.writeEarlyHints({ link: "</assets/console.css>; rel=preload; as=style" });
}
