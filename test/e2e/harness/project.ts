import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Ended, runProgram } from "./run-program";
import { type Deployment, type KeyInState, keysOf } from "./state";

/** What a project starts with. */
export interface ProjectOptions {
  /** The files by name. A lone `index.js`, `index.mjs` or `index.ts` gets a fitting package.json. */
  readonly files: Readonly<Record<string, string>>;
  /** Stack config in plaintext, such as `payengine:apiUrl`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Stack config that the CLI encrypts. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of installed packages; `false` for none. */
  readonly packages?: string | false;
  /** Name of its stack. Default: dev. */
  readonly stack?: string;
  /** Its own name. Default: shop. */
  readonly name?: string;
  /** More of Pulumi.yaml. */
  readonly settings?: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** The command shows secrets on purpose, so its output is not searched for them. */
  readonly showsSecrets?: boolean;
  readonly onStart?: (pid: number) => void;
  /** A command that starts the CLI, such as `unshare` with its flags. */
  readonly by?: readonly string[];
}

const LIMIT_MS = 120_000;
const PASSPHRASE = "correct-horse-battery-staple";
const RECORDED = ["up", "preview", "refresh", "destroy"];
const CHANGING = ["up", "refresh", "destroy"];

/** A Pulumi project in a fresh folder, with its own backend, its own Pulumi home, and the real CLI. */
export class Project {
  /** All output of the CLI so far, except output that shows secrets on purpose. */
  readonly said: Ended[] = [];
  /** Every private token and config secret that has been in this project's state. */
  readonly secrets = new Set<string>();
  /** The clock of the PayEngine that its stack works on, where the test controls one. */
  payengine: { readonly advanceTo: (aheadMs: number) => Promise<void> } | undefined;
  /** For settings that tests change on the way. */
  readonly env: Record<string, string>;
  private eventLogs = 0;
  private exported: { readonly state: string | undefined; readonly json: string } | undefined;

  private constructor(
    readonly folder: string,
    env: Readonly<Record<string, string>>,
    public stack = "dev",
    private readonly name = "shop",
  ) {
    this.env = {
      PATH: [installed("CLI"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
      HOME: folder,
      TMPDIR: join(folder, "tmp"),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Without it the CLI does not know --event-log.
      PULUMI_DEBUG_COMMANDS: "true",
      NO_COLOR: "1",
      ...env,
    };
  }

  static async create(options: ProjectOptions): Promise<Project> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "payengine-e2e-project-")));
    const project = new Project(folder, options.env ?? {}, options.stack, options.name);
    await Promise.all(["tmp", "home", "backend"].map((name) => mkdir(join(folder, name))));
    const settings = `name: ${project.name}\nruntime: nodejs\n${options.settings ?? ""}`;
    await project.write({ "Pulumi.yaml": settings, ...withManifest(options.files) });
    const packages = options.packages ?? join(installed("INSTALLED"), "node_modules");
    if (packages !== false) await symlink(packages, join(folder, "node_modules"));
    const config = Object.entries(options.config ?? {}).map(
      ([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`,
    );
    if (config.length > 0)
      await project.write({ [`Pulumi.${project.stack}.yaml`]: `config:\n${config.join("")}` });
    await project.ok("stack", "init", project.stack);
    for (const [key, value] of Object.entries(options.secrets ?? {})) await project.setSecret(key, value);
    return project;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  }

  async setSecret(key: string, value: string): Promise<void> {
    this.secrets.add(value);
    const ended = await this.run(["config", "set", "--secret", key], { stdin: value });
    if (ended.exitCode !== 0) throw new Error(`${ended.command} failed:\n${ended.stdout}${ended.stderr}`);
  }

  /** Runs the CLI to its end with any exit code. */
  async run(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
    const [command = ""] = args;
    const all = ["--color=never", "--non-interactive", ...args];
    if (CHANGING.includes(command) && !args.includes("--preview-only")) all.push("--yes");
    if (RECORDED.includes(command))
      all.push("--event-log", join(this.folder, `events-${++this.eventLogs}.json`));
    if (RECORDED.includes(command)) all.push("--stack", this.stack);
    const env = { ...this.env, ...options.env };
    const { onStart, stdin, by = [] } = options;
    const given = { ...(onStart && { onStart }), ...(stdin !== undefined && { stdin }) };
    const [program = "", ...before] = [...by, join(installed("CLI"), "pulumi")];
    const ended = await runProgram(program, [...before, ...all], {
      cwd: this.folder,
      env,
      limitMs: LIMIT_MS,
      ...given,
    });
    if (!options.showsSecrets) this.said.push(ended);
    if (CHANGING.includes(command)) await this.keys();
    return ended;
  }

  /** Runs the CLI and expects success. */
  async ok(...args: string[]): Promise<Ended> {
    const ended = await this.run(args);
    if (ended.exitCode === 0) return ended;
    throw new Error(`${ended.command} ended with ${ended.exitCode}:\n${ended.stdout}${ended.stderr}`);
  }

  /** Runs the CLI and expects a failure. */
  async fails(...args: string[]): Promise<Ended> {
    const ended = await this.run(args);
    if (ended.exitCode !== 0 && ended.exitCode !== null) return ended;
    throw new Error(`${ended.command} should have failed:\n${ended.stdout}${ended.stderr}`);
  }

  /** Runs `pulumi up` without a preview. */
  up(...args: string[]): Promise<Ended> {
    return this.ok("up", "--skip-preview", ...args);
  }

  destroy(...args: string[]): Promise<Ended> {
    return this.ok("destroy", "--skip-preview", ...args);
  }

  refresh(...args: string[]): Promise<Ended> {
    return this.ok("refresh", "--skip-preview", ...args);
  }

  /** The state with its secrets decrypted; held in memory only. It is exported anew when it has changed. */
  async deployment(): Promise<Deployment> {
    // Of a backend that is no folder it is exported each time.
    const state = await this.rawState().catch(() => undefined);
    if (state !== undefined && state === this.exported?.state)
      return JSON.parse(this.exported.json).deployment;
    const args = ["stack", "export", "--show-secrets", "--stack", this.stack];
    const { exitCode, stdout, stderr } = await this.run(args, { showsSecrets: true });
    if (exitCode !== 0) throw new Error(`The state cannot be exported:\n${stderr}`);
    this.exported = { state, json: stdout };
    return JSON.parse(stdout).deployment;
  }

  /** The stack's keys. Their private tokens are searched for from now on. */
  async keys(): Promise<KeyInState[]> {
    const keys = keysOf(await this.deployment());
    for (const { type, token, previousToken } of keys)
      for (const value of [token, previousToken]) if (type !== "public" && value) this.secrets.add(value);
    // The engine's order changes with each operation.
    return keys.sort((left, right) => left.urn.localeCompare(right.urn));
  }

  /** The one key of a resource that is not about to be deleted. */
  async key(resource: string): Promise<KeyInState> {
    const keys = (await this.keys()).filter((key) => key.resource === resource && !key.awaitsDelete);
    if (keys.length !== 1) throw new Error(`State holds ${keys.length} keys of the resource "${resource}"`);
    return keys[0];
  }

  /** The outputs of the stack, secrets shown; held in memory only. */
  async outputs(): Promise<Record<string, unknown>> {
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", this.stack];
    return JSON.parse((await this.run(args, { showsSecrets: true })).stdout);
  }

  /** The bytes of the state file on disk. */
  async rawState(): Promise<string> {
    const backend = fileURLToPath(this.env.PULUMI_BACKEND_URL ?? "");
    return readFile(join(backend, `.pulumi/stacks/${this.name}/${this.stack}.json`), "utf8");
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

function withManifest(files: Readonly<Record<string, string>>): Record<string, string> {
  const main = ["index.js", "index.mjs", "index.ts"].find((name) => name in files);
  const manifest = { name: "shop", private: true, main, ...(main === "index.mjs" ? { type: "module" } : {}) };
  return { "package.json": JSON.stringify(manifest), ...files };
}

function installed(what: "CLI" | "INSTALLED"): string {
  const folder = process.env[`PAYENGINE_E2E_${what}`];
  if (!folder)
    throw new Error("Run this with `npx jest --selectProjects e2e`: its global setup installs the package");
  return folder;
}
