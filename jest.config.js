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

/** Tests that need the package installed and the real CLI. @param {string} name */
const installed = (name) => ({
  ...project(name),
  globalSetup: "<rootDir>/test/e2e/harness/install-package.ts",
  globalTeardown: "<rootDir>/test/e2e/harness/remove-package.ts",
});

const INSTALLED = [
  ...["journey", "e2e", "options", "rotation", "bad-input", "cli", "chaos", "examples", "guides"],
  ...["upgrade", "shared-backend", "package", "release", "native", "browser"],
];

/** @type {import("jest").Config} */
module.exports = {
  // Which command runs which project: tools/test.mjs.
  projects: [
    { ...project("tools"), roots: ["<rootDir>/tools/test"] },
    "<rootDir>/sandbox",
    // With the sources, so that those which no test loads count as not covered.
    { ...project("unit"), roots: ["test/unit", "provider", "sdk"].map((name) => `<rootDir>/${name}`) },
    project("plugin"),
    project("matrix"),
    project("start"),
    ...INSTALLED.map(installed),
    { ...installed("languages"), globalSetup: "<rootDir>/test/languages/set-up.ts" },
  ],
  // A test starts one or two processes, on a machine that may be busy: only a hang takes longer.
  testTimeout: 60_000,
  // Counts in what is compiled for the tests, which V8's own counting makes take four times as long.
  coverageProvider: "babel",
  collectCoverageFrom: [
    ...["provider/**/*.ts", "sdk/**/*.ts"],
    // Entries of processes, which the plugin's tests run as they are built: nothing in this process loads them.
    ...["!provider/index.ts", "!provider/watchdog/main.ts"],
  ],
  coverageThreshold: { global: { lines: 95 } },
};
