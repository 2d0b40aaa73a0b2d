// @ts-check
import { existsSync } from "node:fs";
import { runAsCommand } from "../../tools/processes.mjs";
import { findOrInstall } from "../debian-package.mjs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

await runAsCommand(import.meta.url, () =>
  findOrInstall({
    name: "chromium",
    what: "The tests in a browser need Chromium",
    find: () => PLACES.find((path) => existsSync(path)),
  }),
);
