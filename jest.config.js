const transform = {
  "^.+\\.ts$": [
    "@swc/jest",
    { jsc: { target: "es2022", parser: { syntax: "typescript" } }, sourceMaps: "inline" },
  ],
};

/** @param {string} name of the folder in test/, and of the project: `npx jest --selectProjects e2e`. */
const project = (name) => ({
  displayName: name,
  rootDir: __dirname,
  roots: [`<rootDir>/test/${name}`],
  testEnvironment: "node",
  transform,
});

const e2e = {
  ...project("e2e"),
  globalSetup: "<rootDir>/test/e2e/harness/install-package.ts",
  globalTeardown: "<rootDir>/test/e2e/harness/remove-package.ts",
};

/** More tests that need the package installed and the real CLI. @param {string} name */
const installed = (name) => ({ ...e2e, displayName: name, roots: [`<rootDir>/test/${name}`] });

/** @type {import("jest").Config} */
module.exports = {
  projects: [
    "<rootDir>/tools",
    "<rootDir>/sandbox",
    project("unit"),
    project("plugin"),
    e2e,
    ...[
      "options",
      "rotation",
      "bad-input",
      "cli",
      "chaos",
      "examples",
      "guides",
      "upgrade",
      "shared-backend",
    ].map(installed),
  ],
  // A test starts one or two processes, on a machine that may be busy: only a hang takes longer.
  testTimeout: 60_000,
  coverageProvider: "v8",
  collectCoverageFrom: ["provider/**/*.ts", "sdk/**/*.ts"],
};
