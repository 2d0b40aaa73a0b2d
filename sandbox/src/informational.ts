import type { FastifyReply } from "fastify";

/** Sends an informational response before the real one: 102, or 103 with a Link header. */
export function sendInformational(reply: FastifyReply, status: 102 | 103): void {
  if (status === 102) reply.raw.writeProcessing();
  else reply.raw.writeEarlyHints({ link: "</assets/console.css>; rel=preload; as=style" });
}
