import { type RunningSandbox, SandboxControl, startSandbox } from "payengine-sandbox";
import { type FoundSecret, findSecrets } from "../../secret-search";
import { tapTokens } from "../../token-tap";
import { type Face, NATIVE_MODULE, pluginSettings } from "./native-face";
import { stopLeftovers } from "./processes";
import { Project, type ProjectOptions } from "./project";
import { placesOf } from "./searched-places";

jest.setTimeout(300_000);

/** What a project on a fixture leaves to the fixture. */
export interface FixtureOptions extends Partial<ProjectOptions> {
  /** The program, as CommonJS; `payengine` and `pulumi` are there already. */
  readonly program?: string;
  /** Default: "dynamic". */
  readonly face?: Face;
}

/** A private key's value as the sandbox creates it. */
const TOKEN = /^[0-9a-f]{108}$/;

/** A sandbox and the projects of one test. */
export class Fixture {
  readonly projects: Project[] = [];
  /** Secrets that are in no state, such as credentials. */
  readonly secrets = new Set<string>();
  /** Ids of keys that a test leaves active outside of state on purpose. */
  readonly leftAlive = new Set<string>();
  /** Secrets that a test stores in plaintext on purpose. */
  readonly inTheClear = new Set<string>();

  private constructor(
    readonly sandbox: RunningSandbox,
    readonly control: SandboxControl,
    /** The Admin's private key on the account "sandbox". */
    readonly credential: string,
    /** Every private value that PayEngine has returned, even if it never reached a state. */
    readonly issued: ReadonlySet<string>,
    private readonly stopTap: () => void,
  ) {
    this.secrets.add(credential);
  }

  static async open(): Promise<Fixture> {
    const issued = new Set<string>();
    const stopTap = tapTokens(issued);
    const sandbox = await startSandbox({ control: true });
    if (!sandbox.controlUrl || !sandbox.adminKey)
      throw new Error("The sandbox came up without control or admin key");
    return new Fixture(sandbox, new SandboxControl(sandbox.controlUrl), sandbox.adminKey, issued, stopTap);
  }

  private aheadMs = 0;

  /** Sets PayEngine's clock ahead by this much, unless it already is. */
  async advanceTo(aheadMs: number): Promise<void> {
    const more = aheadMs - this.aheadMs;
    if (more <= 0) return;
    this.aheadMs = aheadMs;
    await this.control.advanceClock(more);
  }

  /** A project whose stack works on the sandbox with an encrypted credential, unless told otherwise. */
  async project({ program, files, config, secrets, face, ...rest }: FixtureOptions): Promise<Project> {
    const project = await Project.create({
      files:
        files ?? (face === "native" ? nativeFiles(program ?? "") : { "index.js": commonJs(program ?? "") }),
      ...(face === "native" && { settings: pluginSettings() }),
      config: config ?? { "payengine:apiUrl": this.sandbox.url },
      secrets: secrets ?? { "payengine:apiKey": this.credential },
      ...rest,
    });
    project.payengine = this;
    this.projects.push(project);
    return project;
  }

  /** A credential of a new user. */
  async newCredential(accountId: string, role: "Admin" | "Developer" | "User") {
    const credential = await this.control.newCredential(accountId, role);
    this.secrets.add(credential.key);
    return credential;
  }

  /** The active keys at PayEngine that were created over its API. */
  async liveKeys() {
    return (await this.control.keys()).filter(({ status, credential }) => status === "active" && !credential);
  }

  /** Whether PayEngine accepts a private token. */
  async authenticates(token: string): Promise<boolean> {
    const { status } = await fetch(`${this.sandbox.url}/merchant`, {
      headers: { authorization: `Basic ${token}` },
    });
    return status === 200;
  }

  /** All known secrets that must not appear anywhere. */
  findLeaks(): FoundSecret[] {
    const secrets = [this.secrets, this.issued, ...this.projects.map((project) => project.secrets)].flatMap(
      (set) => [...set],
    );
    const held = this.projects.flatMap(({ secrets: known }) => [...known]).filter((it) => TOKEN.test(it));
    expect([...this.secrets, ...this.issued]).toEqual(expect.arrayContaining(held));
    return findSecrets(
      secrets.filter((secret) => !this.inTheClear.has(secret)),
      this.projects.flatMap((project) => [...placesOf(project).values()].flat()),
    );
  }

  /** Assertions after every test. */
  async verify(): Promise<void> {
    const keys = (await Promise.all(this.projects.map((project) => project.keys()))).flat();
    const live = (await this.liveKeys()).filter(({ id }) => !this.leftAlive.has(id));
    const held = keys.flatMap(({ keyId, previousKeyId }) => [keyId ?? [], previousKeyId ?? []].flat());
    const inState = held.filter((id) => !this.leftAlive.has(id));
    expect({ live: live.map(({ id }) => id).sort() }).toEqual({ live: inState.sort() });
    const tokens = keys.flatMap(({ name, type, token, previousToken }) => [
      { name, type, token },
      { name: `the one before ${name}`, type, token: previousToken },
    ]);
    for (const { name, type, token } of tokens) {
      if (token === undefined) continue;
      const works =
        type === "public" ? live.some((key) => key.publicValue === token) : await this.authenticates(token);
      expect({ name, works }).toEqual({ name, works: true });
    }
    expect(this.findLeaks()).toEqual([]);
  }

  /** Stops and removes everything, and returns the processes that had to be stopped. */
  async close(): Promise<string[]> {
    const left = [];
    for (const project of this.projects) {
      left.push(...(await stopLeftovers(project.folder)));
      await project.remove();
    }
    await this.sandbox.close();
    this.stopTap();
    return left.map(({ command }) => command);
  }
}

/** A fresh fixture for each test. After every test, state and PayEngine must agree, and no secret may have leaked. */
export function useFixture(): { readonly fixture: Fixture } {
  let current: Fixture | undefined;
  beforeEach(async () => {
    current = await Fixture.open();
  });
  afterEach(async () => {
    const fixture = current;
    current = undefined;
    let left: string[] = [];
    try {
      await fixture?.verify();
    } finally {
      left = (await fixture?.close()) ?? [];
    }
    expect(left).toEqual([]);
  });
  return {
    get fixture() {
      if (!current) throw new Error("There is a fixture only while a test runs");
      return current;
    },
  };
}

/** A CommonJS program. */
/** The same program by the native plugin. */
export function nativeFiles(program: string): Record<string, string> {
  return {
    "index.js": commonJs(program).replace('"pulumi-payengine"', '"./payengine.cjs"'),
    "payengine.cjs": NATIVE_MODULE,
  };
}

export function commonJs(program: string): string {
  return `const pulumi = require("@pulumi/pulumi");\nconst payengine = require("pulumi-payengine");\n${program}\n`;
}
