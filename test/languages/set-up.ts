import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import installPackage from "../e2e/harness/install-package";

const repository = join(__dirname, "../..");
const MINUTE = 60_000;

/** What programs in each language need, beside the plugin. */
export interface Toolbox {
  /** The folder of the language hosts. */
  readonly hosts: string;
  /** The folder of a `python` with Pulumi's SDK. */
  readonly python: string;
  /** Where the wheel is installed. */
  readonly pythonPackages: string;
  /** The Go module of the SDK, and what builds it from the machine's own caches. */
  readonly goSdk: string;
  readonly goEnv: Readonly<Record<string, string>>;
}

/** Jest's global setup: the language hosts and the SDKs are made once for all tests of this run. */
export default async function setUp(): Promise<void> {
  await installPackage();
  const folder = process.env.PAYENGINE_E2E_INSTALLED ?? "";
  // The folder may be shared by several runs.
  if (existsSync(join(folder, "toolbox.json"))) return;
  const sdks = join(folder, "sdks");
  const hosts = await node("tools/language-hosts.mjs");
  const python = await node("tools/python-environment.mjs");
  const pythonPackages = join(folder, "python-packages");
  await node(
    "tools/sdks.mjs",
    "--out",
    sdks,
    "--only",
    "python",
    "--only",
    "nodejs",
    "--install",
    pythonPackages,
  );
  // As npm would install it.
  await cp(join(sdks, "nodejs/bin"), join(folder, "node_modules/pulumi-payengine-native"), {
    recursive: true,
  });
  const toolbox: Toolbox = {
    ...{ hosts, python, pythonPackages },
    goSdk: join(sdks, "go/payengine"),
    goEnv: await goEnvironment(),
  };
  await writeFile(join(folder, "toolbox.json"), JSON.stringify(toolbox));
}

async function node(script: string, ...args: string[]): Promise<string> {
  const command = [join(repository, script), ...args];
  return (await promisify(execFile)(process.execPath, command, { timeout: 60 * MINUTE })).stdout.trim();
}

/** The programs' own home has no settings of Go and no caches. */
async function goEnvironment(): Promise<Record<string, string>> {
  const names = ["GOROOT", "GOMODCACHE", "GOCACHE", "GOPROXY", "GOSUMDB"];
  const { stdout } = await promisify(execFile)("go", ["env", ...names]);
  const values = stdout.split("\n");
  const found = Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
  return { ...found, GOFLAGS: "-mod=mod -buildvcs=false", GOTOOLCHAIN: "local", CGO_ENABLED: "0" };
}
