import type { IncomingHttpHeaders } from "node:http";
import { Failure } from "./failure";

/** With any port: a forwarded one is another than the sandbox's, and no page chooses the port in Host. */
const ownHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Refuses what a web page has a browser send. That the sandbox listens on loopback only does not keep pages out:
 *
 * - A page can have its own site's name resolve to 127.0.0.1 (DNS rebinding). For the browser it then is of one origin
 *   with the sandbox and may read every answer. Host still has the site's name.
 * - Any page can send a POST without a body, which the browser does not ask for first. It cannot read the answer, but
 *   the key is revoked. Browsers send Origin with every method but GET and HEAD, which change nothing here.
 *
 * So nothing is asked of programs, such as a header of the sandbox's own.
 *
 * @throws Failure 403
 */
export function refuseForeign({ host = "", origin }: IncomingHttpHeaders): void {
  if (!ownHost.test(host)) {
    const reason = `The sandbox answers only at 127.0.0.1 and localhost, not at "${host}"`;
    throw new Failure(403, `${reason}. Use the URL that it printed`);
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    const reason = `The sandbox answers no web pages, and this request comes from one: Origin "${origin}"`;
    throw new Failure(403, `${reason}. Call it from a program`);
  }
}
