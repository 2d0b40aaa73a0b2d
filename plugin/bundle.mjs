// @ts-check
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const OLDEST_NODE = "20.18.1";

/** What a machine needs is checked before anything that an older Node could not read. */
const LAUNCHER = `#!/bin/sh
if ! command -v node >/dev/null 2>&1; then
  echo "error: The payengine plugin needs Node.js ${OLDEST_NODE} or later, and found no node on PATH. Install Node.js, and run this again." >&2
  exit 1
fi
exec node "$(dirname "$0")/plugin.js" "$@"
`;

const NODE_CHECK = `
var needed = [${OLDEST_NODE.replaceAll(".", ", ")}], found = process.versions.node.split(".").map(Number);
for (var i = 0; i < 3 && found[i] === needed[i]; i++);
if (found[i] < needed[i]) {
  console.error("error: The payengine plugin needs Node.js ${OLDEST_NODE} or later, and found " + process.versions.node + ". Update Node.js, and run this again.");
  process.exit(1);
}
`;

/** Parts of libraries in the place of the whole, as the plugin uses them. */
const PARTS = {
  // Only a server is needed, and none that reads .proto files.
  "@grpc/grpc-js": `
    const { Server } = require("{server}");
    const { ServerCredentials } = require("{server-credentials}");
    const { Metadata } = require("{metadata}");
    const { Status: status } = require("{constants}");
    require("{resolver-ip}").setup();
    module.exports = { Server, ServerCredentials, Metadata, status, makeGenericClientConstructor() {} };`,
  "@grpc/proto-loader": "",
  undici: `
    const Dispatcher = require("undici/lib/dispatcher/dispatcher");
    Dispatcher.prototype.request ??= require("undici/lib/api/api-request");
    exports.Agent = require("undici/lib/dispatcher/agent");
    exports.EnvHttpProxyAgent = require("undici/lib/dispatcher/env-http-proxy-agent");`,
};
/** Files of libraries that nothing here runs: JSON schemas, other languages, HTTP/2, and the faster of two HTTP parsers. */
const LEFT_OUT =
  /zod\/v4\/(core\/(json-schema-processors|to-json-schema)|classic\/from-json-schema)\.js$|undici\/lib\/(dispatcher\/client-h2|core\/socks5-\w+|dispatcher\/socks5-[\w-]+)\.js$/;

/** @type {import("esbuild").Plugin} */
const onlyWhatIsUsed = {
  name: "only-what-is-used",
  setup(build) {
    const grpc = join(REPOSITORY, "node_modules/@grpc/grpc-js/build/src");
    const named = new RegExp(`^(${Object.keys(PARTS).join("|")})$`);
    build.onResolve({ filter: named }, ({ path }) => ({ path, namespace: "part" }));
    build.onLoad({ filter: /./, namespace: "part" }, ({ path }) => ({
      contents: PARTS[/** @type {keyof typeof PARTS} */ (path)].replace(/\{([\w-]+)\}/g, (_, file) =>
        join(grpc, file),
      ),
      resolveDir: REPOSITORY,
    }));
    build.onLoad({ filter: LEFT_OUT }, () => ({ contents: "module.exports = {};" }));
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
    build.onLoad({ filter: /llhttp_simd-wasm\.js$/ }, () => ({
      contents: 'module.exports = Buffer.from("");',
    }));
  },
};

/**
 * Bundles the plugin: a folder that needs nothing but Node.js.
 *
 * @param {string} folder
 */
export async function bundlePlugin(folder) {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: {
      plugin: join(REPOSITORY, "plugin/main.ts"),
      watchdog: join(REPOSITORY, "provider/watchdog/main.ts"),
    },
    outdir: folder,
    bundle: true,
    minify: true,
    platform: "node",
    mainFields: ["module", "main"],
    conditions: ["import"],
    plugins: [onlyWhatIsUsed],
    target: `node${OLDEST_NODE}`,
    banner: { js: NODE_CHECK },
    define: { VERSION: JSON.stringify(version) },
    logLevel: "error",
  });
  copyFileSync(join(REPOSITORY, "plugin/schema.json"), join(folder, "schema.json"));
  copyFileSync(join(REPOSITORY, "LICENSE"), join(folder, "LICENSE"));
  const launcher = join(folder, "pulumi-resource-payengine");
  writeFileSync(launcher, LAUNCHER);
  chmodSync(launcher, 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await bundlePlugin(process.argv[2] ?? join(REPOSITORY, "build/plugin"));
