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

/** The command, and random faults, as it is installed too. */
const cli = { ...e2e, displayName: "cli", roots: ["<rootDir>/test/cli"] };
const chaos = { ...e2e, displayName: "chaos", roots: ["<rootDir>/test/chaos"] };

/** @type {import("jest").Config} */
module.exports = {
  projects: ["<rootDir>/tools", "<rootDir>/sandbox", project("unit"), project("plugin"), cli, e2e, chaos],
  // A test starts one or two processes, on a machine that may be busy: only a hang takes longer.
  testTimeout: 60_000,
  coverageProvider: "v8",
  collectCoverageFrom: ["provider/**/*.ts", "sdk/**/*.ts"],
};
