// @ts-check

/** Jest's projects in `npm test`, which checks style, types and coverage as well. */
export const CORE = ["unit", "plugin", "sandbox", "journey"];

/**
 * The shards of `npm run test:full -- --shard <area>`, with their jest projects. What else an area runs is in test.mjs.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const AREAS = {
  package: ["package"],
  start: [],
  tools: ["tools"],
  e2e: ["e2e"],
  options: ["options"],
  rotation: ["rotation"],
  "bad-input": ["bad-input"],
  cli: ["cli"],
  examples: ["examples"],
  guides: ["guides"],
  upgrade: ["upgrade"],
  "shared-backend": ["shared-backend"],
  chaos: ["chaos"],
  "oldest-sdk": [],
  matrix: ["matrix"],
};
