import type { IncomingHttpHeaders } from "node:http";
import { Failure } from "./failure";

/** Any port, because a forwarded port differs from the sandbox's. A page cannot choose the port in Host. */
const ownHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Rejects requests that a web page makes a browser send. Listening on loopback only does not keep pages out:
 *
 * - A page can resolve its own site's name to 127.0.0.1 (DNS rebinding). The browser then treats the sandbox as the same
 *   origin, and the page can read every response. Host still has the site's name.
 * - Any page can send a POST without a body, because browsers send no preflight request for it. The page cannot read the
 *   response, but the key is revoked. Browsers send Origin with every method except GET and HEAD, which change nothing.
 *
 * These checks need no special header from programs.
 *
 * @throws Failure 403
 */
export function refuseForeign({ host = "", origin }: IncomingHttpHeaders): void {
  if (!ownHost.test(host)) {
    const reason = `The sandbox responds only at 127.0.0.1 and localhost, not at "${host}"`;
    throw new Failure(403, `${reason}. Use the URL that it printed`);
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    const reason = `The sandbox rejects requests from web pages, and this one has Origin "${origin}"`;
    throw new Failure(403, `${reason}. Call it from a program`);
  }
}
