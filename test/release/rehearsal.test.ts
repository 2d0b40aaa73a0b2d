import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import { stopLeftovers, until } from "../e2e/harness/processes";
import {
  ACCOUNT,
  authenticates,
  GUIDE,
  LOCAL,
  makesKey,
  makesProject,
  UNPUBLISHED,
} from "../guides/getting-started";
import { readGuide } from "../guides/guide";
import { NewUser } from "../guides/new-user";
import { type LocalRegistry, startLocalRegistry } from "./local-registry";
import { outputOf } from "./output-of";
import { checkOut, publishSteps } from "./publish-job";
import { type RunningSandbox, runSandbox } from "./run-sandbox";

/** For one command; a busy machine takes minutes to install packages. */
const LIMIT_MS = 180_000;
jest.setTimeout(4 * LIMIT_MS);

type Manager = "npm" | "pnpm" | "yarn";

interface Tools {
  /** The folder of the Node of the release workflow. */
  readonly node: string;
  /** The program of each package manager, and its first arguments. */
  readonly managers: Readonly<Record<Manager, readonly [string, ...string[]]>>;
}

const PACKAGES = ["pulumi-payengine", "payengine-sandbox"];

let tools: Tools;
let folder: string;
let registry: LocalRegistry;
let version: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "payengine-release-")));
  tools = JSON.parse(await outputOf(process.execPath, [join(__dirname, "install.mjs")]));
  registry = await startLocalRegistry(join(tools.node, "node"), join(folder, "registry"));
  const checkout = join(folder, "checkout");
  await checkOut(checkout);
  version = JSON.parse(await readFile(join(checkout, "package.json"), "utf8")).version;
  const publisher = {
    ...fromRegistry(),
    npm_config_userconfig: join(folder, "npmrc-of-publisher"),
    NPM_TOKEN: registry.token,
  };
  for (const { name, run = "" } of await publishSteps())
    await outputOf("bash", ["-ec", run], {
      cwd: checkout,
      env: { ...machine(), ...(name === "Publish" && publisher) },
    });
  await rm(checkout, { recursive: true });
});

afterAll(async () => {
  await registry?.stop();
  await stopLeftovers(folder);
  await rm(folder, { recursive: true, maxRetries: 5 });
});

/** This machine's own environment with the release workflow's Node, without what jest and `npm run` add. */
function machine(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(PULUMI|PAYENGINE|YARN|GITHUB|ACTIONS|NPM_TOKEN$|NODE_(ENV|OPTIONS|PATH)$|npm_(?!config_))/.test(
        name,
      ),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: [tools.node, process.env.PATH].join(delimiter),
    npm_config_prefer_offline: "true",
    npm_config_audit: "false",
  };
}

/** What makes npm, pnpm and yarn use the local registry, and keep nothing outside of the rehearsal's folder. */
function fromRegistry(): Record<string, string> {
  return {
    npm_config_registry: registry.url,
    npm_config_userconfig: join(folder, "npmrc"),
    npm_config_cache: join(folder, "npm-cache"),
    pnpm_config_registry: registry.url,
    XDG_CACHE_HOME: join(folder, "cache"),
    XDG_DATA_HOME: join(folder, "data"),
    XDG_STATE_HOME: join(folder, "state"),
    YARN_NPM_REGISTRY_SERVER: registry.url.replace(/\/$/, ""),
    YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
    YARN_GLOBAL_FOLDER: join(folder, "yarn"),
    YARN_ENABLE_TELEMETRY: "false",
  };
}

test("the workflow publishes both packages as `next`", async () => {
  expect((await publishSteps()).at(-1)).toEqual({
    name: "Publish",
    run: "node .github/publish.mjs",
    // The statement of provenance needs a workflow of GitHub: the rehearsal leaves it out.
    env: { NPM_CONFIG_PROVENANCE: "true", NPM_TOKEN: `\${{ secrets.NPM_TOKEN }}` },
  });
  for (const name of PACKAGES) {
    const { "dist-tags": tags, versions } = await registry.metadata(name);
    // A registry makes the first version of a package `latest` as well.
    expect(tags).toEqual({ latest: version, next: version });
    expect(versions[version]?.bin).toEqual({ [name]: expect.any(String) });
  }
});

test("the token of the first release is written to no file", async () => {
  expect(await readFile(join(folder, "npmrc-of-publisher"), "utf8")).toBe(
    `//${new URL(registry.url).host}/:_authToken=\${NPM_TOKEN}\n`,
  );
});

const ADD: Record<Manager, string[]> = { npm: ["install", "--loglevel=error"], pnpm: ["add"], yarn: ["add"] };
const EXECUTE: Record<Manager, string[]> = { npm: ["exec", "--no", "--"], pnpm: ["exec"], yarn: ["run"] };
const SETTINGS: Record<Manager, Record<string, string>> = {
  npm: {},
  pnpm: { "pnpm-workspace.yaml": "allowBuilds:\n  protobufjs: false\n" },
  yarn: {
    // Other versions than these have to be older than a day.
    ".yarnrc.yml": `nodeLinker: node-modules\nnpmPreapprovedPackages: [${PACKAGES}]\n`,
    "yarn.lock": "",
  },
};

test.each<Manager>(["npm", "pnpm", "yarn"])(
  "%s installs both packages by name, and both run",
  async (manager) => {
    const cwd = join(folder, `with-${manager}`);
    await mkdir(cwd);
    const files = { "package.json": '{ "name": "shop", "private": true }', ...SETTINGS[manager] };
    for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
    const [program, ...first] = tools.managers[manager];
    const options = { cwd, env: { ...machine(), ...fromRegistry() } };
    await outputOf(program, [...first, ...ADD[manager], ...PACKAGES, "@pulumi/pulumi"], options);
    const run = [...first, ...EXECUTE[manager]];

    expect(await outputOf(program, [...run, "pulumi-payengine", "--version"], options)).toBe(version);
    const sandbox = await runSandbox([program, ...run, "payengine-sandbox"], options);
    expect(await authenticates(sandbox.url, sandbox.key)).toBe(true);
    await sandbox.stop();
    const node = join(tools.node, "node");
    const script = 'console.log(typeof require("pulumi-payengine").ApiKey)';
    expect(await outputOf(node, ["--eval", script], options)).toBe("function");
    const module = 'import { ApiKey } from "pulumi-payengine"; console.log(typeof ApiKey)';
    expect(await outputOf(node, ["--input-type=module", "--eval", module], options)).toBe("function");
    await rm(cwd, { recursive: true });
  },
);

describe("from the registry", () => {
  const given = useFixture();

  test("getting started leads from an empty folder to a key that works, and to no key", async () => {
    const { fixture } = given;
    const [start, shown] = (await readGuide(GUIDE)).filter(({ section }) => section === LOCAL);
    // Its address is known once it runs.
    const address = { url: "" };
    const user = await NewUser.reading(fixture, GUIDE, {
      skipped: [ACCOUNT, UNPUBLISHED],
      apiUrl: () => address.url,
      published: {
        ...fromRegistry(),
        PATH: `${tools.node}${delimiter}${process.env.PAYENGINE_E2E_CLI}:/usr/bin:/bin`,
      },
    });
    let sandbox: RunningSandbox | undefined;
    try {
      await makesProject(user);
      sandbox = await startInSecondTerminal(user, start.text.trim(), shown.text.trim());
      const { url, key } = sandbox;
      address.url = url;
      fixture.secrets.add(key);
      user.reader.unread.splice(0, 2);
      await user.reader.follow("pulumi config set payengine:apiUrl http://127.0.0.1:4010/api");
      const works = async (token: string) => expect(await authenticates(url, token)).toBe(true);
      const token = await makesKey(user, key, works);
      expect(await authenticates(url, token)).toBe(false);
    } finally {
      await sandbox?.stop();
      await user.leave();
    }
  });
});

/**
 * Types the guide's line as it is, plus a free port: another sandbox of this machine may have the usual one.
 *
 * @param shown what the guide says that the sandbox prints
 */
async function startInSecondTerminal(
  { reader }: NewUser,
  line: string,
  shown: string,
): Promise<RunningSandbox> {
  const terminal = await reader.openAnother();
  // npx asks whether it may install the package.
  const agrees = { when: /Ok to proceed\? \(y\)/, type: "y" };
  const ended = terminal.enter(`${line} --port 0`, [agrees], 5 * LIMIT_MS);
  const stop = async () => {
    terminal.interrupt();
    await ended;
    await terminal.close();
  };
  const [before = "", between = ""] = shown
    .split(/http:\S+\/api|\w{4}…/)
    .map((text) => text.replace(/[()]/g, "\\$&"));
  const ready = new RegExp(`${before}(http:\\S+/api)${between}([0-9a-f]{108})`);
  const look = () => ready.exec(terminal.shown) ?? undefined;
  try {
    const [, url = "", key = ""] = await until("the sandbox runs", look, LIMIT_MS);
    return { url, key, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
