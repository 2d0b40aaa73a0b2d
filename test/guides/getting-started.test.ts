import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import { pasted, unasked, YES } from "./answers";
import { REPOSITORY } from "./guide";
import { NewUser, PASSPHRASE } from "./new-user";

const given = useFixture();

const GUIDE = "docs/getting-started.md";

test("the guide alone leads a new user from an empty folder to a key that works", async () => {
  const { fixture } = given;
  const { reader, leave } = await NewUser.reading(fixture, GUIDE);
  const credential = await fixture.newCredential("sandbox", "Developer");
  try {
    await reader.follow("mkdir shop");
    await reader.follow("name: shop");
    await reader.follow("import * as payengine");
    await reader.follow("read -rs PULUMI_CONFIG_PASSPHRASE", unasked(PASSPHRASE));
    await reader.follow("pulumi config set payengine:apiUrl https://console.payengine.dev/api");
    await reader.follow("pulumi config set --secret payengine:apiKey", pasted(credential.key));
    const read = await reader.follow("npx pulumi-payengine doctor");
    expect(read).toContain("\n0 failed, 0 warnings, ");
    expect(await fixture.liveKeys()).toEqual([]);
    expect(await reader.follow("npx pulumi-payengine doctor --write")).toContain("\n0 failed, 0 warnings, ");
    const [pin = ""] = /pulumi config set payengine:accountId [\w-]+/.exec(read) ?? [];
    await reader.enter(pin);
    const shown = await reader.follow("pulumi up", YES);
    const [token = ""] = /(?<![0-9a-f])[0-9a-f]{108}(?![0-9a-f])/.exec(shown) ?? [];
    expect(await fixture.authenticates(token)).toBe(true);
    expect((await fixture.liveKeys()).map(({ name }) => name)).toEqual([
      expect.stringMatching(/^shop-dev-checkout-[0-9a-f]{10}$/),
    ]);
    expect(shown).not.toMatch(/warning/i);
    const text = await readFile(join(REPOSITORY, GUIDE), "utf8");
    expect(text).toContain(`${reader.commands} lines to type`);
    await reader.follow("pulumi destroy", YES);
    expect(reader.unread).toEqual([]);
  } finally {
    await leave();
  }
});
