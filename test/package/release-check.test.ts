import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "../../.github/release-check.mjs");
const REPOSITORY = { type: "git", url: "git+https://git.example/acme/keys.git" };
const CHANGELOG = "# Changelog\n\n## 1.2.0 (2026-11-26)\n\n- Something new.\n\n## 1.1.0\n\n- Older.\n";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "payengine-release-"));
  mkdirSync(join(folder, "sandbox"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Repository {
  tag?: string;
  version?: string;
  repository?: object | string | null;
  changelog?: string;
  here?: string;
  sandbox?: object;
}

/** Runs the check in a repository that may be released but for what a test says. */
function check({ tag = "v1.2.0", version = "1.2.0", repository = REPOSITORY, ...rest }: Repository = {}) {
  const manifest = { name: "keys", version, ...(repository === null ? {} : { repository }) };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "sandbox/package.json"), JSON.stringify({ ...manifest, ...rest.sandbox }));
  writeFileSync(join(folder, "CHANGELOG.md"), rest.changelog ?? CHANGELOG);
  const env = { PATH: process.env.PATH, GITHUB_REPOSITORY: rest.here ?? "acme/keys" };
  const ended = spawnSync(process.execPath, [SCRIPT, tag], { cwd: folder, env, encoding: "utf8" });
  return { code: ended.status, said: `${ended.stdout}${ended.stderr}`.trimEnd().split("\n") };
}

it("lets a tag pass that is the version, with an entry in the changelog and the repository's own url", () => {
  expect(check()).toEqual({ code: 0, said: ["v1.2.0 may be released"] });
  expect(check({ repository: "github:acme/keys" }).code).toBe(0);
});

it.each<[string, Repository, string]>([
  ["another tag", { tag: "v1.1.0" }, 'The tag is "v1.1.0", but package.json\'s version asks for v1.2.0.'],
  [
    "a tag without its v",
    { tag: "1.2.0" },
    'The tag is "1.2.0", but package.json\'s version asks for v1.2.0.',
  ],
  [
    "a version that only begins like one in the changelog",
    { tag: "v1.2", version: "1.2" },
    'CHANGELOG.md has no section "## 1.2".',
  ],
  [
    "a section that is still called unreleased",
    { changelog: "## 1.2.0 (unreleased)\n\n- Something new.\n" },
    "CHANGELOG.md calls 1.2.0 unreleased: put the date in its place.",
  ],
  [
    "a section without an entry",
    { changelog: "## 1.2.0\n\n## 1.1.0\n\n- Older.\n" },
    'CHANGELOG.md\'s section "## 1.2.0" is empty.',
  ],
  [
    "no repository",
    { repository: null },
    "package.json has no `repository`: npm states a package's provenance only where its url is the repository's own.",
  ],
  [
    "the repository of somebody else",
    { here: "mallory/keys" },
    "package.json's `repository` is git+https://git.example/acme/keys.git, but this is mallory/keys: npm would refuse the provenance.",
  ],
  [
    "a sandbox of another version",
    { sandbox: { version: "1.1.0" } },
    "sandbox/package.json has the version 1.1.0, not 1.2.0.",
  ],
  [
    "a sandbox of another repository",
    { sandbox: { repository: "github:acme/sandbox" } },
    "sandbox/package.json has another `repository` than package.json.",
  ],
])("refuses %s", (_what, repository, complaint) => {
  expect(check(repository)).toEqual({ code: 1, said: [complaint] });
});

it("says all that is wrong at once", () => {
  expect(check({ tag: "v2.0.0", repository: null, changelog: "" }).said).toHaveLength(3);
});
