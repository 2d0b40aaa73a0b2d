import { mkdir, readdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Fixture } from "../e2e/harness/fixture";
import { Reader } from "./reader";

/** The package packed for this run. */
const INSTALLED = process.env.PAYENGINE_E2E_INSTALLED ?? "";

/** The passphrase of a new user's state. */
export const PASSPHRASE = "my-own-long-passphrase";

export interface NewUserOptions {
  readonly skipped?: readonly string[];
  /** A function if it is known only after the terminal opens. */
  readonly apiUrl?: string | (() => string);
  readonly published?: Readonly<Record<string, string>>;
}

/** A reader who starts with an empty folder. */
export class NewUser {
  private constructor(
    readonly reader: Reader,
    private readonly folder: string,
  ) {}

  /**
   * @param guide such as "docs/getting-started.md".
   * @param options.skipped sections that this user skips.
   * @param options.apiUrl replaces the guide's address. Default: the fixture's sandbox.
   * @param options.published the variables of a registry that has the package. Default: npm installs the packed file.
   */
  static async reading(
    fixture: Fixture,
    guide: string,
    { skipped, apiUrl = fixture.sandbox.url, published }: NewUserOptions = {},
  ): Promise<NewUser> {
    const tarball = (await readdir(INSTALLED)).find((name) => name.endsWith(".tgz")) ?? "";
    const project = await fixture.project({ files: {}, config: {}, secrets: {}, packages: false });
    const cwd = join(project.folder, "new-user");
    await mkdir(cwd);
    fixture.secrets.add(PASSPHRASE);
    const reader = await Reader.open(project, guide, {
      cwd,
      ...(skipped && { skipped }),
      // npm uses the settings and the cache of the current user.
      env: {
        // `pulumi login` stores the login there.
        PULUMI_HOME: join(project.folder, "home"),
        npm_config_userconfig: join(homedir(), ".npmrc"),
        npm_config_cache: join(homedir(), ".npm"),
        npm_config_prefer_offline: "true",
        ...published,
      },
      without: ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"],
      replace: (line) =>
        line
          .replace(
            /^(npm install .*)\bpulumi-payengine\b/,
            published ? "$&" : `$1${join(INSTALLED, tarball)}`,
          )
          .replace(
            /^(pulumi config set payengine:apiUrl) .*/,
            (_, command) => `${command} ${textOf(apiUrl)}`,
          ),
    });
    return new NewUser(reader, cwd);
  }

  readonly leave = async (): Promise<void> => {
    await this.reader.close();
    await rm(join(this.folder, "shop/node_modules"), { recursive: true, force: true });
  };
}

function textOf(text: string | (() => string)): string {
  return typeof text === "string" ? text : text();
}
