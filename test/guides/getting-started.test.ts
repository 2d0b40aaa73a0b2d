import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { useStage } from "../e2e/harness/stage";
import { pasted, unasked, YES } from "./answers";
import { REPOSITORY } from "./guide";
import { Reader } from "./reader";

const given = useStage();

const GUIDE = "docs/getting-started.md";
/** The package as it was packed for this run: the registry has none yet. */
const INSTALLED = process.env.PAYENGINE_E2E_INSTALLED ?? "";
const PASSPHRASE = "my-own-long-passphrase";

test("a new user gets from an empty folder to a key that works, by what the guide says alone", async () => {
  const { stage } = given;
  const tarball = (await readdir(INSTALLED)).find((name) => name.endsWith(".tgz")) ?? "";
  const project = await stage.project({ files: {}, secrets: {}, packages: false });
  const cwd = join(project.folder, "new-user");
  await mkdir(cwd);
  const reader = await Reader.open(project, GUIDE, {
    cwd,
    // The account is the sandbox's; npm has the settings and the cache of whoever runs this.
    env: {
      PAYENGINE_API_URL: stage.sandbox.url,
      npm_config_userconfig: join(homedir(), ".npmrc"),
      npm_config_cache: join(homedir(), ".npm"),
      npm_config_prefer_offline: "true",
    },
    without: ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"],
    replace: (line) => line.replace(/^(npm install .*)\bpulumi-payengine\b/, `$1${join(INSTALLED, tarball)}`),
  });
  stage.secrets.add(PASSPHRASE);
  const credential = await stage.newCredential("sandbox", "Developer");
  try {
    await reader.follow("mkdir shop");
    await reader.follow("name: shop");
    await reader.follow("import * as payengine");
    await reader.follow("read -rs PULUMI_CONFIG_PASSPHRASE", unasked(PASSPHRASE));
    await reader.follow("pulumi config set --secret payengine:apiKey", pasted(credential.key));
    expect(await reader.follow("npx pulumi-payengine doctor --write")).toContain("\n0 failed, 0 warnings, ");
    await reader.follow("pulumi config set payengine:accountId", pasted("sandbox"));
    const shown = await reader.follow("pulumi up", YES);
    const [token = ""] = /\b[0-9a-f]{102}\b/.exec(shown) ?? [];
    expect(await stage.authenticates(token)).toBe(true);
    expect((await stage.liveKeys()).map(({ name }) => name)).toEqual([
      expect.stringMatching(/^shop-dev-checkout-[0-9a-f]{10}$/),
    ]);
    expect(shown).not.toMatch(/warning/i);
    const text = await readFile(join(REPOSITORY, GUIDE), "utf8");
    expect(text).toContain(`${reader.commands} lines to type`);
    await reader.follow("pulumi destroy", YES);
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
    await rm(join(cwd, "shop/node_modules"), { recursive: true, force: true });
  }
});
