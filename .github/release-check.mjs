// @ts-check
import { readFileSync } from "node:fs";

/**
 * Says whether the repository in the working folder may be released as a tag, all that is wrong at once:
 * `node .github/release-check.mjs v0.1.0`. In a workflow of GitHub, GITHUB_REPOSITORY is what npm will compare
 * package.json's `repository` with, to state the package's provenance.
 */
const [tag = ""] = process.argv.slice(2);
/**
 * @param {string} file
 * @returns {{ version: string, repository?: string | { url?: string } }}
 */
const manifest = (file) => JSON.parse(readFileSync(file, "utf8"));
const { version, repository } = manifest("package.json");
const sandbox = manifest("sandbox/package.json");
const wrong = [
  ...wrongTag(),
  ...wrongSandbox(),
  ...wrongChangelog(readFileSync("CHANGELOG.md", "utf8")),
  ...wrongRepository(process.env.GITHUB_REPOSITORY),
];
for (const problem of wrong) console.error(problem);
if (wrong.length === 0) console.log(`${tag} may be released`);
process.exitCode = wrong.length === 0 ? 0 : 1;

function wrongTag() {
  return tag === `v${version}`
    ? []
    : [`The tag is "${tag}", but package.json's version asks for v${version}.`];
}

/** It is published with the provider, for the tests of users. */
function wrongSandbox() {
  return [
    ...(sandbox.version === version
      ? []
      : [`sandbox/package.json has the version ${sandbox.version}, not ${version}.`]),
    ...(JSON.stringify(sandbox.repository) === JSON.stringify(repository)
      ? []
      : ["sandbox/package.json has another `repository` than package.json."]),
  ];
}

/** @param {string} changelog */
function wrongChangelog(changelog) {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
  if (section === undefined) return [`CHANGELOG.md has no section "## ${version}".`];
  const [heading = "", ...lines] = section.split("\n");
  if (/unreleased/i.test(heading))
    return [`CHANGELOG.md calls ${version} unreleased: put the date in its place.`];
  return lines.some((line) => line.startsWith("- "))
    ? []
    : [`CHANGELOG.md's section "## ${version}" is empty.`];
}

/** @param {string | undefined} here as in "owner/name" */
function wrongRepository(here) {
  const url = typeof repository === "string" ? repository : repository?.url;
  if (!url)
    return [
      "package.json has no `repository`: npm states a package's provenance only where its url is the repository's own.",
    ];
  if (here === undefined) return [];
  const path = url.replace(/\.git$/, "").toLowerCase();
  return path.endsWith(`/${here.toLowerCase()}`) || path === `github:${here.toLowerCase()}`
    ? []
    : [`package.json's \`repository\` is ${url}, but this is ${here}: npm would refuse the provenance.`];
}
