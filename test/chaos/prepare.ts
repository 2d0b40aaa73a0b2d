import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { startSandbox } from "payengine-sandbox";
import installPackage from "../e2e/harness/install-package";
import { NATIVE_MODULE } from "../e2e/harness/native-face";
import removePackage from "../e2e/harness/remove-package";
import { runProgram } from "../e2e/harness/run-program";
import { applyMechanismOff, type MechanismName } from "./mechanisms";
import { PROGRAM } from "./program";

/** Shared by all runs of the harness. */
export interface Prepared {
  readonly folder: string;
  /** Folder of the CLI. */
  readonly cli: string;
  /** The installed packages. */
  readonly packages: string;
  /** A template project with two empty stacks. */
  readonly template: string;
}

/** Seeded, so that the credential is known before any sandbox runs and can be stored encrypted in the template. */
export const SANDBOX_SEED = 4;
export const STACKS = ["dev", "other"];
export const PASSPHRASE = "correct-horse-battery-staple";

/** Whether this module, not jest's global setup, installed the package. */
let ownsPackage = false;

/** Installs the packed package, unless jest's global setup did, and creates the template. */
export async function prepare(): Promise<Prepared> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "payengine-chaos-")));
  try {
    if (!process.env.PAYENGINE_E2E_INSTALLED) {
      await installPackage();
      ownsPackage = true;
    }
    const prepared = {
      folder,
      cli: String(process.env.PAYENGINE_E2E_CLI),
      packages: join(String(process.env.PAYENGINE_E2E_INSTALLED), "node_modules"),
      template: join(folder, "template"),
    };
    await makeTemplate(prepared);
    return prepared;
  } catch (error) {
    await removePrepared({ folder });
    throw error;
  }
}

export async function removePrepared({ folder }: Pick<Prepared, "folder">): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  if (ownsPackage) await removePackage();
}

/** The same packages, with a copy of ours that lacks one mechanism. */
export async function withMechanismOff(prepared: Prepared, mechanism: MechanismName): Promise<Prepared> {
  const packages = join(prepared.folder, `without-${mechanism}`, "node_modules");
  await mkdir(packages, { recursive: true });
  for (const name of await readdir(prepared.packages)) {
    if (name !== "pulumi-payengine") await symlink(join(prepared.packages, name), join(packages, name));
  }
  await cp(join(prepared.packages, "pulumi-payengine"), join(packages, "pulumi-payengine"), {
    recursive: true,
  });
  await applyMechanismOff(mechanism, join(packages, "pulumi-payengine", "dist"));
  return { ...prepared, packages };
}

/** The environment of a project's commands, without the harness's own variables. */
export function environmentOf(folder: string, cli: string): Record<string, string> {
  return {
    PATH: [cli, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    HOME: folder,
    TMPDIR: join(folder, "tmp"),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NO_COLOR: "1",
  };
}

async function makeTemplate({ template, cli }: Prepared): Promise<void> {
  for (const name of ["", "tmp", "home", "backend"]) await mkdir(join(template, name));
  // Without TypeScript, which the program does not need, it starts a second faster.
  const runtime = "runtime:\n  name: nodejs\n  options: { typescript: false }\n";
  await writeFile(join(template, "Pulumi.yaml"), `name: shop\n${runtime}`);
  await writeFile(join(template, "package.json"), '{ "name": "shop", "private": true, "main": "index.js" }');
  await writeFile(join(template, "index.js"), PROGRAM);
  await writeFile(join(template, "payengine.cjs"), NATIVE_MODULE);
  const sandbox = await startSandbox({ seed: SANDBOX_SEED });
  const credential = sandbox.adminKey ?? "";
  await sandbox.close();
  for (const stack of STACKS) {
    await pulumi(["stack", "init", stack]);
    await pulumi(["config", "set", "--secret", "payengine:apiKey", "--stack", stack], credential);
  }

  async function pulumi(args: string[], stdin = ""): Promise<void> {
    const ended = await runProgram(join(cli, "pulumi"), ["--non-interactive", ...args], {
      cwd: template,
      env: environmentOf(template, cli),
      stdin,
      limitMs: 60_000,
    });
    if (ended.exitCode !== 0) throw new Error(`${ended.command} failed:\n${ended.stdout}${ended.stderr}`);
  }
}
