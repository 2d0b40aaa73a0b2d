import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY, said } from "./installed-command";
import { brokenLinksIn } from "./shipped-links";
import { missingTypesIn } from "./shipped-types";

jest.setTimeout(300_000);

const temporary = mkdtempSync(join(tmpdir(), "payengine-tarball-"));
afterAll(() => rmSync(temporary, { recursive: true }));

/** The only tarball in a folder. */
const tarballIn = (folder: string) =>
  join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");

/** Jest's global setup packs it. */
const provider = tarballIn(process.env.PAYENGINE_E2E_INSTALLED ?? "");
const sandbox = () => {
  if (!tarballIn(temporary).endsWith(".tgz")) {
    const args = ["pack", "--ignore-scripts", "--silent", "--pack-destination", temporary];
    execFileSync("npm", args, { cwd: join(REPOSITORY, "sandbox") });
  }
  return tarballIn(temporary);
};

const packages: [string, () => string, { atMost: number; files: string[] }][] = [
  [
    "pulumi-payengine",
    () => provider,
    {
      atMost: 300_000,
      files: [
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "dist",
        "docs",
        "examples",
        "package.json",
      ],
    },
  ],
  [
    "payengine-sandbox",
    sandbox,
    {
      atMost: 75_000,
      files: ["LICENSE", "README.md", "bin", "dist", "package.json", "page", "payengine-keys-api.yaml"],
    },
  ],
];

describe.each(packages)("the tarball of %s", (name, find, { atMost, files }) => {
  let unpacked: string;
  beforeAll(() => {
    unpacked = mkdtempSync(join(temporary, "unpacked-"));
    execFileSync("tar", ["-xzf", find(), "-C", unpacked, "--strip-components=1"]);
  });

  test(`weighs at most ${atMost} bytes`, () => {
    const { size } = statSync(find());
    console.info(`${name} weighs ${size} bytes`);

    expect(size).toBeLessThanOrEqual(atMost);
  });

  test("holds what is meant to be shipped, and no lock file", () => {
    expect(readdirSync(unpacked).sort()).toEqual(files);
    const all = readdirSync(unpacked, { recursive: true, encoding: "utf8" });
    expect(all.filter((path) => /package-lock\.json$|\.map$|\.tsbuildinfo$|node_modules/.test(path))).toEqual(
      [],
    );
    expect(all.filter((path) => /^docs\/(api|development)\//.test(path))).toEqual([]);
  });

  test("holds everything that its Markdown files link to", () => {
    expect(brokenLinksIn(unpacked)).toEqual([]);
  });

  test("holds every type declaration that its exported types import", () => {
    expect(missingTypesIn(unpacked)).toEqual([]);
  });

  test("has nothing that publint finds wrong", async () => {
    expect(await said("publint/src/cli.js", ["--strict", find()])).toContain("All good!");
  });

  test("has types that are found in every way in which a program may resolve them", async () => {
    expect(await said("@arethetypeswrong/cli/dist/index.js", [find()])).toContain("No problems found");
  });
});
