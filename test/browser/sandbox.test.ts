import { createServer, request as requestOf, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type RunningSandbox, SandboxControl, startSandbox } from "payengine-sandbox";
import { until } from "../e2e/harness/processes";
import { openInChromium } from "./chromium";

jest.setTimeout(25 * 60_000);

let sandbox: RunningSandbox;
let site: Server;
let close: (() => Promise<void>) | undefined;

beforeEach(async () => {
  sandbox = await startSandbox({ control: true });
});
afterEach(async () => {
  await close?.();
  site.closeAllConnections();
  site.close();
  await sandbox.close();
});

/**
 * A site that moves its own name to 127.0.0.1 after its page is loaded (DNS rebinding). All later requests of the browser
 * to it reach the sandbox unchanged.
 *
 * @returns the page's report.
 */
async function rebindingSite(script: string): Promise<{ address: string; report: () => unknown }> {
  let report: unknown;
  const { hostname: host, port } = new URL(sandbox.url);
  site = createServer(async (request, response) => {
    const { url: path, method, headers } = request;
    if (path === "/") {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end(`<script type="module">${script}</script>`);
    } else if (path === "/report") {
      report = JSON.parse(await text(request));
      response.end();
    } else {
      const onward = requestOf({ host, port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    }
  });
  await new Promise<void>((listening) => site.listen(0, "127.0.0.1", listening));
  const address = `127.0.0.1:${(site.address() as AddressInfo).port}`;
  return { address, report: () => report };
}

test("a page in the developer's browser can neither make a credential of the sandbox nor revoke a key", async () => {
  const control = new SandboxControl(sandbox.controlUrl ?? "");
  const { keyId } = await control.newCredential("sandbox", "Admin");
  const before = await control.keys();
  const page = await rebindingSite(`
    const made = await fetch("/__control/accounts/sandbox/credentials", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ role: "Admin" }),
    });
    // The browser sends this without a preflight request; it only hides the response from the page.
    const revoked = await fetch("${sandbox.controlUrl}/keys/${keyId}/revoke", { method: "POST", mode: "no-cors" });
    const said = { made: [made.status, await made.text()], revoked: revoked.type };
    await fetch("/report", { method: "POST", body: JSON.stringify(said) });`);

  // A page of this site may call the sandbox's port as its own origin.
  const { port } = new URL(sandbox.url);
  close = await openInChromium(`http://rebound.example:${port}/`, page.address);
  const report = await until("the page has reported", page.report);

  expect(report).toEqual({
    made: [403, expect.stringContaining(`not at \\"rebound.example:${port}\\"`)],
    revoked: "opaque",
  });
  expect(await control.keys()).toEqual(before);
});
