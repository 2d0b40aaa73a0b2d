// @ts-check

/**
 * One way to use the package.
 *
 * @typedef {object} Cell
 * @property {"npm" | "pnpm" | "yarn"} manager
 * @property {"single project" | "workspace" | "workspace, hoisted"} layout `hoisted` is pnpm's setting
 *   `nodeLinker: hoisted`; npm and yarn hoist anyway
 * @property {20 | 22 | 24 | 26} node
 * @property {"oldest" | "newest"} cli the oldest supported release, or the one that all other tests use
 * @property {"oldest" | "newest"} sdk the oldest supported @pulumi/pulumi, or the newest that the Node allows
 */

/** From 3.249 on @pulumi/pulumi needs Node 22. */
const SDKS = { oldest: "3.216.0", newest: "3.276.0", newestForNode20: "3.248.0" };

/**
 * Each manager is combined with each layout with both SDKs, and with each Node; each Node with both SDKs and both layouts;
 * each CLI with all of these. That is an eighth of all combinations, and every pair.
 *
 * @type {readonly Cell[]}
 */
export const CELLS = [
  { manager: "npm", layout: "single project", node: 20, sdk: "oldest", cli: "oldest" },
  { manager: "npm", layout: "single project", node: 22, sdk: "newest", cli: "newest" },
  { manager: "npm", layout: "workspace", node: 24, sdk: "oldest", cli: "newest" },
  { manager: "npm", layout: "workspace", node: 26, sdk: "newest", cli: "newest" },
  { manager: "pnpm", layout: "single project", node: 20, sdk: "newest", cli: "newest" },
  { manager: "pnpm", layout: "single project", node: 22, sdk: "oldest", cli: "newest" },
  { manager: "pnpm", layout: "workspace", node: 24, sdk: "newest", cli: "oldest" },
  { manager: "pnpm", layout: "workspace", node: 26, sdk: "oldest", cli: "newest" },
  { manager: "pnpm", layout: "workspace, hoisted", node: 22, sdk: "newest", cli: "newest" },
  { manager: "yarn", layout: "single project", node: 24, sdk: "newest", cli: "newest" },
  { manager: "yarn", layout: "single project", node: 26, sdk: "oldest", cli: "oldest" },
  { manager: "yarn", layout: "workspace", node: 20, sdk: "oldest", cli: "oldest" },
  { manager: "yarn", layout: "workspace", node: 22, sdk: "newest", cli: "oldest" },
];

/** @param {Cell} cell @returns {string} the exact version of @pulumi/pulumi */
export function sdkOf({ node, sdk }) {
  return sdk === "newest" && node === 20 ? SDKS.newestForNode20 : SDKS[sdk];
}

/** @param {Cell} cell */
export function nameOf(cell) {
  return `${cell.manager}, ${cell.layout}, Node ${cell.node}, @pulumi/pulumi ${sdkOf(cell)}, ${cell.cli} CLI`;
}
