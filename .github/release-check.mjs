// @ts-check
import { readdirSync, readFileSync } from "node:fs";

/**
 * Checks whether the repository in the working folder may be released as a tag, and prints every problem:
 * `node .github/release-check.mjs v0.1.0`. In a GitHub workflow, GITHUB_REPOSITORY is what npm compares package.json's
 * `repository` with for the provenance.
 */
const [tag = ""] = process.argv.slice(2);
const TODO = ".github/before-release.md";
const VERIFIED = ".github/verified-accounts.json";
/** @param {string} file */
const read = (file) => readFileSync(file, "utf8");
/**
 * @param {string} file
 * @returns {{ version: string, repository?: string | { url?: string }, publishConfig?: { tag?: string } }}
 */
const manifest = (file) => JSON.parse(read(file));
const { version, repository, publishConfig } = manifest("package.json");
const sandbox = manifest("sandbox/package.json");
const wrong = [
  ...wrongTag(),
  ...wrongSandbox(),
  ...wrongChangelog(read("CHANGELOG.md")),
  ...wrongRepository(process.env.GITHUB_REPOSITORY),
  ...wrongDistTag(),
  ...["SECURITY.md", "CODE_OF_CONDUCT.md"].flatMap(withoutAddress),
  ...stillUnpublished(),
  ...leftToDo(),
];
for (const problem of wrong) console.error(problem);
if (wrong.length === 0) console.log(`${tag} may be released`);
process.exitCode = wrong.length === 0 ? 0 : 1;

function wrongTag() {
  return tag === `v${version}`
    ? []
    : [`The tag is "${tag}", but package.json has the version ${version}: tag it v${version}.`];
}

/** Users' tests run on the sandbox, so both are published together. */
function wrongSandbox() {
  return [
    ...(sandbox.version === version
      ? []
      : [`sandbox/package.json has the version ${sandbox.version}, not ${version}.`]),
    ...(JSON.stringify(sandbox.repository) === JSON.stringify(repository)
      ? []
      : ["sandbox/package.json and package.json differ in `repository`."]),
    ...(sandbox.publishConfig === undefined
      ? []
      : ["sandbox/package.json has a `publishConfig`: the one in package.json is for both packages."]),
  ];
}

/** @param {string} changelog */
function wrongChangelog(changelog) {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
  if (section === undefined) return [`CHANGELOG.md has no section "## ${version}".`];
  const [heading = "", ...lines] = section.split("\n");
  if (/unreleased/i.test(heading))
    return [`CHANGELOG.md calls ${version} unreleased: replace that word with the date.`];
  return lines.some((line) => line.startsWith("- "))
    ? []
    : [`CHANGELOG.md's section "## ${version}" is empty.`];
}

/** @param {string | undefined} here as in "owner/name" */
function wrongRepository(here) {
  const url = typeof repository === "string" ? repository : repository?.url;
  if (!url) return ["package.json has no `repository`: npm needs its URL for the provenance."];
  if (here === undefined) return [];
  const path = url.replace(/\.git$/, "").toLowerCase();
  return path.endsWith(`/${here.toLowerCase()}`) || path === `github:${here.toLowerCase()}`
    ? []
    : [`package.json's \`repository\` is ${url}, but this is ${here}: npm would refuse the provenance.`];
}

/** Until an account is verified, users get the package only if they ask for `next`. */
function wrongDistTag() {
  const verified = JSON.parse(read(VERIFIED));
  return verified.length > 0 || publishConfig?.tag === "next"
    ? []
    : [`No account is verified (${VERIFIED}), so package.json's publishConfig.tag must be "next".`];
}

/** @param {string} file whose section about reports must say where to send them */
function withoutAddress(file) {
  const section = read(file)
    .split(/^## /m)
    .find((text) => text.startsWith("Report"));
  return section !== undefined && /https:\/\/\S|\S@\S+\.\S/.test(section)
    ? []
    : [`${file} has no address for reports: add a link or an email address.`];
}

/** Pages that users get, and that tell them how to install the packages before their publication. */
function stillUnpublished() {
  const inFolders = ["docs", "examples", "sandbox"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
  );
  const pages = ["README.md", "SECURITY.md", "CODE_OF_CONDUCT.md", ...inFolders].filter(
    (path) => path.endsWith(".md") && !/node_modules/.test(path),
  );
  const outdated = pages.filter((path) => /\bnot\s+published\s+yet\b/.test(read(path)));
  return outdated.map((path) => `${path} says that the packages are not published yet: remove that.`);
}

/** The boxes that are not checked. */
function leftToDo() {
  const boxes = [...read(TODO).matchAll(/^- \[ \] (.+(?:\n {2,}\S.*)*)/gm)];
  return boxes.map(([, text = ""]) => `Not done (${TODO}): ${text.replace(/\s+/g, " ")}`);
}
