import { useBrowser } from "./fixture";
import { useOtherSite } from "./other-site";

const site = useOtherSite();
const given = useBrowser(() => site.address);

test("a page that moves its name to this machine can neither make a credential nor revoke a key", async () => {
  const { sandbox, control, context } = await given.open();
  const { keyId } = await control.newCredential("sandbox", "Admin");
  const before = await control.keys();
  site.rebind(sandbox.url);
  // A page of this site may call the sandbox's port as its own origin.
  const { port } = new URL(sandbox.url);
  const page = await context.newPage();
  await page.goto(`http://rebound.example:${port}/`);

  const made = await page.evaluate(async () => {
    const response = await fetch("/__control/accounts/sandbox/credentials", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ role: "Admin" }),
    });
    return [response.status, await response.text()];
  });
  expect(made).toEqual([403, expect.stringContaining(`not at \\"rebound.example:${port}\\"`)]);
  // The browser sends this without a preflight request; it only hides the response from the page.
  const revoked = await page.evaluate(
    async (url) => (await fetch(url, { method: "POST", mode: "no-cors" })).type,
    `${sandbox.controlUrl}/keys/${keyId}/revoke`,
  );
  expect(revoked).toBe("opaque");
  expect(await control.keys()).toEqual(before);
});
