import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ACCOUNT_IDS,
  type ControlKey,
  type DialectInput,
  MERCHANT_IDS,
  type RunningSandbox,
  SandboxControl,
  seededUserId,
  startSandbox,
} from "payengine-sandbox";
import { mannerOf } from "../dialects";
import { pluginSettings } from "../e2e/harness/native-face";
import { stopLeftovers } from "../e2e/harness/processes";
import { mountSmallDisk, unmount } from "../e2e/harness/small-disk";
import { tapTokens } from "../token-tap";
import { environmentOf, type Prepared, SANDBOX_SEED } from "./prepare";
import { NATIVE_PROGRAM } from "./program";
import type { Scenario } from "./scenario";
import { ChaosStack, type ChaosState } from "./stack";

const ACCOUNT = "sandbox";

/** The environment of one run: a sandbox, a project, its stacks, and all secrets so far. */
export class World {
  /** States before the current operation, one for each stack. */
  before: ChaosState[] = [];
  /** Keys that the harness itself revoked. */
  readonly revokedBehind = new Set<string>();
  /** User behind the credential in use. */
  userId = seededUserId(ACCOUNT, "Admin");
  /** Whether the credential differs from the one that made the first keys. */
  isRenewed = false;
  /** Length of the sandbox's log from earlier rounds. */
  startedRound = { requests: 0 };

  private constructor(
    readonly folder: string,
    /** Every private value that the sandbox returned. */
    readonly secrets: Set<string>,
    readonly sandbox: RunningSandbox,
    readonly control: SandboxControl,
    readonly stacks: readonly ChaosStack[],
    /** The file system of the backend, if it has a separate one. */
    readonly disk: string | undefined,
    /** The word before keys in the Authorization header. */
    private readonly scheme: string,
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
    const control = new SandboxControl(sandbox.controlUrl ?? "");
    const stacks = scenario.stacks.map((name) => new ChaosStack(name, folder, prepared.cli, env, control));
    const scheme = scenario.dialect?.scheme ?? "Basic";
    const world = new World(folder, secrets, sandbox, control, stacks, disk, scheme, stopTap);
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
    if (scenario.face === "native") {
      await writeFile(join(this.folder, "Pulumi.yaml"), pluginSettings(), { flag: "a" });
      await writeFile(join(this.folder, "index.js"), NATIVE_PROGRAM);
    }
    const { dialect = {} } = scenario;
    await this.control.setDialect(dialect);
    const { contract } = mannerOf(dialect);
    const config = {
      "payengine:apiUrl": this.sandbox.url,
      "payengine:requestTimeout": `${scenario.requestTimeoutMs}ms`,
      "payengine:maxRetries": String(scenario.maxRetries),
      ...(scenario.pinned ? { "payengine:accountId": await this.pin(dialect) } : {}),
      ...(contract === undefined ? {} : { "payengine:contract": JSON.stringify(contract) }),
    };
    const lines = Object.entries(config).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
    for (const name of scenario.stacks)
      await writeFile(join(this.folder, `Pulumi.${name}.yaml`), lines.join(""), { flag: "a" });
    this.secrets.add(this.sandbox.adminKey ?? "");
    this.before = scenario.stacks.map(() => ({ keys: [], pending: [] }));
  }

  /** An ID that only this account shows. */
  private async pin({ merchant }: DialectInput): Promise<string> {
    if (merchant === "object" || merchant === "withAccountId") return ACCOUNT_IDS.sandbox;
    if (merchant === undefined || merchant === "list") return MERCHANT_IDS.sandbox[0];
    const keys = await this.control.keys();
    return String(keys.find(({ accountId }) => accountId === ACCOUNT_IDS.sandbox)?.id);
  }

  /** The live keys at PayEngine that were made over its API. */
  async liveKeys(): Promise<ControlKey[]> {
    return (await this.control.keys()).filter(({ status, credential }) => status === "active" && !credential);
  }

  async authenticates(token: string): Promise<boolean> {
    const headers = { authorization: `${this.scheme} ${token}` };
    return (await fetch(`${this.sandbox.url}/merchant`, { headers })).status === 200;
  }

  async revokeCredential(): Promise<void> {
    const keys = await this.control.keys();
    for (const { id, credential, status, userId } of keys)
      if (credential && status === "active" && userId === this.userId) await this.control.revokeKey(id);
  }

  /** The user's fix: another credential in the environment of all later commands. */
  async renewCredential(): Promise<void> {
    await this.control.setRole(this.userId, "Admin");
    const works = (await this.control.keys()).some(
      ({ credential, status, userId }) => credential && status === "active" && userId === this.userId,
    );
    if (works) return;
    const { key, userId } = await this.control.newCredential(ACCOUNT, "Admin");
    this.isRenewed = true;
    this.userId = userId;
    this.secrets.add(key);
    for (const { env } of this.stacks) env.PAYENGINE_API_KEY = key;
  }

  /** @returns the commands of the processes that had to be stopped. */
  async close(): Promise<string[]> {
    const left = await stopLeftovers(this.folder);
    await this.sandbox.close();
    this.stopTap();
    if (this.disk !== undefined) await unmount(this.disk);
    await rm(this.folder, { recursive: true, force: true });
    return left.map(({ command }) => command);
  }
}

/** @returns undefined if this user or machine cannot mount. */
async function mountDisk(folder: string): Promise<string | undefined> {
  await mkdir(folder);
  return (await mountSmallDisk(folder)) ? folder : undefined;
}
