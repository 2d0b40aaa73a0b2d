// @ts-check
import { fileURLToPath } from "node:url";
import { runAsCommand } from "../../tools/processes.mjs";
import { installFolder, installToolbox, managerOf, nodeFolder } from "../matrix/toolbox.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
/** The release workflow's Node, which the registry needs too. */
const NODE = 24;

/** `node test/release/install.mjs` installs what the rehearsal runs with, unless it is there, and prints where. */
await runAsCommand(import.meta.url, async () => {
  await installToolbox(console.error);
  await installFolder(HERE, "Installing the registry of the release rehearsal, some 65 MB", console.error);
  /** @param {import("../matrix/cells.mjs").Cell["manager"]} manager */
  const commandOf = (manager) =>
    managerOf({ manager, node: NODE, layout: "single project", cli: "newest", sdk: "newest" });
  const managers = { npm: commandOf("npm"), pnpm: commandOf("pnpm"), yarn: commandOf("yarn") };
  return JSON.stringify({ node: nodeFolder(NODE), managers });
});
