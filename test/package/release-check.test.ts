import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "../../.github/release-check.mjs");
const REPOSITORY = { type: "git", url: "git+https://git.example/acme/keys.git" };
const CHANGELOG = "# Changelog\n\n## 1.2.0 (2026-11-26)\n\n- Something new.\n\n## 1.1.0\n\n- Older.\n";

const TODO = "# Before the first release\n\n- [x] Make the environment.\n";
const CONTACT = "# Page\n\n## Report a problem\n\nWrite to keys@acme.example.\n";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "payengine-release-"));
  for (const name of ["sandbox", ".github", "docs", "examples"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Repository {
  tag?: string;
  version?: string;
  repository?: object | string | null;
  here?: string;
  publishConfig?: object | null;
  sandbox?: object;
  /** Files that differ, by name. */
  files?: Record<string, string>;
}

/** Runs the check in a releasable repository with the test's changes. */
function check({ tag = "v1.2.0", version = "1.2.0", repository = REPOSITORY, ...rest }: Repository = {}) {
  const { publishConfig = { tag: "next" }, sandbox, files, here = "acme/keys" } = rest;
  const manifest = { name: "keys", version, ...(repository === null ? {} : { repository }) };
  const all = {
    "package.json": JSON.stringify({ ...manifest, ...(publishConfig && { publishConfig }) }),
    "sandbox/package.json": JSON.stringify({ ...manifest, ...sandbox }),
    "CHANGELOG.md": CHANGELOG,
    "README.md": "# Keys\n",
    "SECURITY.md": CONTACT,
    "CODE_OF_CONDUCT.md": CONTACT,
    ".github/before-release.md": TODO,
    ".github/verified-accounts.json": "[]",
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  const env = { PATH: process.env.PATH, GITHUB_REPOSITORY: here };
  const ended = spawnSync(process.execPath, [SCRIPT, tag], { cwd: folder, env, encoding: "utf8" });
  return { code: ended.status, said: `${ended.stdout}${ended.stderr}`.trimEnd().split("\n") };
}

it("accepts a tag that matches the version, with an entry in the changelog and the repository's URL", () => {
  expect(check()).toEqual({ code: 0, said: ["v1.2.0 may be released"] });
  expect(check({ repository: "github:acme/keys" }).code).toBe(0);
});

it("needs no tag `next` once an account is verified", () => {
  const verified = JSON.stringify([{ host: "console.payengine.dev", date: "2026-12-24" }]);
  expect(check({ publishConfig: null, files: { ".github/verified-accounts.json": verified } }).code).toBe(0);
});

it.each<[string, Repository, string]>([
  [
    "another tag",
    { tag: "v1.1.0" },
    'The tag is "v1.1.0", but package.json has the version 1.2.0: tag it v1.2.0.',
  ],
  [
    "a tag without its v",
    { tag: "1.2.0" },
    'The tag is "1.2.0", but package.json has the version 1.2.0: tag it v1.2.0.',
  ],
  [
    "a version that only begins like one in the changelog",
    { tag: "v1.2", version: "1.2" },
    'CHANGELOG.md has no section "## 1.2".',
  ],
  [
    "a section that is still called unreleased",
    { files: { "CHANGELOG.md": "## 1.2.0 (unreleased)\n\n- Something new.\n" } },
    "CHANGELOG.md calls 1.2.0 unreleased: replace that word with the date.",
  ],
  [
    "a section without an entry",
    { files: { "CHANGELOG.md": "## 1.2.0\n\n## 1.1.0\n\n- Older.\n" } },
    'CHANGELOG.md\'s section "## 1.2.0" is empty.',
  ],
  [
    "no repository",
    { repository: null },
    "package.json has no `repository`: npm needs its URL for the provenance.",
  ],
  [
    "another project's repository",
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
    "sandbox/package.json and package.json differ in `repository`.",
  ],
  [
    "a tag other than `next` before an account is verified",
    { publishConfig: null },
    'No account is verified (.github/verified-accounts.json), so package.json\'s publishConfig.tag must be "next".',
  ],
  [
    "a sandbox with its own `publishConfig`",
    { sandbox: { publishConfig: { tag: "latest" } } },
    "sandbox/package.json has a `publishConfig`: the one in package.json is for both packages.",
  ],
  [
    "a security policy without an address",
    {
      files: {
        "SECURITY.md": "# Security\n\nSee https://docs.example.\n\n## Report a vulnerability\n\nAsk.\n",
      },
    },
    "SECURITY.md has no address for reports: add a link or an email address.",
  ],
  [
    "a code of conduct without a section about reports",
    { files: { "CODE_OF_CONDUCT.md": "# Code of conduct\n\nhttps://docs.example\n" } },
    "CODE_OF_CONDUCT.md has no address for reports: add a link or an email address.",
  ],
  [
    "a page that tells users how to install before publication",
    { files: { "docs/start.md": "# Start\n\nThe packages are not\npublished yet.\n" } },
    "docs/start.md says that the packages are not published yet: remove that.",
  ],
  [
    "a step that only a person can do, and that is not done",
    {
      files: {
        ".github/before-release.md": "- [x] Done.\n- [ ] Make a token,\n      and store it.\n\nLater.\n",
      },
    },
    "Not done (.github/before-release.md): Make a token, and store it.",
  ],
])("refuses %s", (_what, repository, complaint) => {
  expect(check(repository)).toEqual({ code: 1, said: [complaint] });
});

it("says all that is wrong at once", () => {
  const files = { "CHANGELOG.md": "", ".github/before-release.md": "- [ ] One.\n- [ ] Two.\n" };
  expect(check({ tag: "v2.0.0", repository: null, files }).said).toHaveLength(5);
});
