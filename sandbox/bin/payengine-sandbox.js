#!/usr/bin/env node
// Committed, unlike dist: npm links no command whose file is missing when it installs, before the build.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "../dist/main.js");
if (existsSync(main)) {
  require(main);
} else {
  console.error("payengine-sandbox is not built yet: run `npm run build` in the repository, and this again.");
  process.exitCode = 1;
}
