import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlKey, type RunningSandbox, SandboxControl, startSandbox } from "payengine-sandbox";
import { stopLeftovers } from "../e2e/harness/processes";
import { mountSmallDisk, unmount } from "../e2e/harness/small-disk";
import { tapTokens } from "../token-tap";
import { environmentOf, type Prepared, SANDBOX_SEED } from "./prepare";
import type { Scenario } from "./scenario";
import { ChaosStack, type StackState } from "./stack";

const ACCOUNT = "sandbox";

/** What one run works with: a sandbox, a project, its stacks, and all secrets that there ever were. */
export class World {
  /** States before the operation under way, one for each stack. */
  before: StackState[] = [];
  /** Keys that the harness itself revoked. */
  readonly revokedBehind = new Set<string>();
  /** User behind the credential in use. */
  userId = "user_sandbox_admin";
  /** How much of the sandbox's log is of earlier rounds. */
  startedRound = { requests: 0 };

  private constructor(
    readonly folder: string,
    /** Every private value that the sandbox has handed out. */
    readonly secrets: Set<string>,
    readonly sandbox: RunningSandbox,
    readonly control: SandboxControl,
    readonly stacks: readonly ChaosStack[],
    /** The file system of the backend, where it has one of its own. */
    readonly disk: string | undefined,
    /** Config says which account the keys belong to. */
    readonly isPinned: boolean,
    private readonly stopTap: () => void,
  ) {}

  static async open(prepared: Prepared, scenario: Scenario): Promise<World> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "payengine-chaos-run-")));
    const secrets = new Set<string>();
    const stopTap = tapTokens(secrets);
    const sandbox = await startSandbox({ control: true, seed: SANDBOX_SEED });
    const needsDisk = scenario.rounds.some(({ deadly }) => deadly?.kind === "disk full for the backend");
    const disk = needsDisk ? await mountDisk(join(folder, "backend")) : undefined;
    const env = environmentOf(folder, prepared.cli);
    const stacks = scenario.stacks.map((name) => new ChaosStack(name, folder, prepared.cli, env));
    const control = new SandboxControl(sandbox.controlUrl ?? "");
    const world = new World(folder, secrets, sandbox, control, stacks, disk, scenario.pinned, stopTap);
    try {
      await world.furnish(prepared, scenario);
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  private async furnish({ template, packages }: Prepared, scenario: Scenario): Promise<void> {
    await cp(template, this.folder, { recursive: true });
    await symlink(packages, join(this.folder, "node_modules"));
    const config = {
      "payengine:apiUrl": this.sandbox.url,
      "payengine:requestTimeout": `${scenario.requestTimeoutMs}ms`,
      "payengine:maxRetries": String(scenario.maxRetries),
      ...(scenario.pinned ? { "payengine:accountId": ACCOUNT } : {}),
    };
    const lines = Object.entries(config).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
    for (const name of scenario.stacks)
      await writeFile(join(this.folder, `Pulumi.${name}.yaml`), lines.join(""), { flag: "a" });
    this.secrets.add(this.sandbox.adminKey ?? "");
    this.before = scenario.stacks.map(() => ({ keys: [], pending: [] }));
  }

  /** The keys at PayEngine that work and were made over its API. */
  async liveKeys(): Promise<ControlKey[]> {
    return (await this.control.keys()).filter(({ status, credential }) => status === "active" && !credential);
  }

  async authenticates(token: string): Promise<boolean> {
    const headers = { authorization: `Basic ${token}` };
    return (await fetch(`${this.sandbox.url}/merchant`, { headers })).status === 200;
  }

  async revokeCredential(): Promise<void> {
    const keys = await this.control.keys();
    for (const { id, credential, status, userId } of keys)
      if (credential && status === "active" && userId === this.userId) await this.control.revokeKey(id);
  }

  /** The user's remedy: another credential, which the environment gives to all later commands. */
  async renewCredential(): Promise<void> {
    await this.control.setRole(this.userId, "Admin");
    const works = (await this.control.keys()).some(
      ({ credential, status, userId }) => credential && status === "active" && userId === this.userId,
    );
    if (works) return;
    const { key, userId } = await this.control.newCredential(ACCOUNT, "Admin");
    this.userId = userId;
    this.secrets.add(key);
    for (const { env } of this.stacks) env.PAYENGINE_API_KEY = key;
  }

  /** @returns the commands of processes that had to be stopped. */
  async close(): Promise<string[]> {
    const left = await stopLeftovers(this.folder);
    await this.sandbox.close();
    this.stopTap();
    if (this.disk !== undefined) await unmount(this.disk);
    await rm(this.folder, { recursive: true, force: true });
    return left.map(({ command }) => command);
  }
}

/** @returns undefined where this user or machine may not mount. */
async function mountDisk(folder: string): Promise<string | undefined> {
  await mkdir(folder);
  return (await mountSmallDisk(folder)) ? folder : undefined;
}
