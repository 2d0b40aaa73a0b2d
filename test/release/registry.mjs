// @ts-check
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * An npm registry on loopback. It takes this repository's packages, and gets all others from the registry that npm uses on this
 * machine: `node registry.mjs <folder> '{"registry": "https://…", "cafile": "…", "proxy": "…"}'`. It prints its URL, and ends when its
 * standard input does.
 */
const [, , folder = "", settings = "{}"] = process.argv;
const { registry, cafile, proxy } = JSON.parse(settings);
// Its types are there only once the rehearsal has installed it.
const { runServer } = createRequire(import.meta.url)("verdaccio");
const OWN = { access: "$all", publish: "$authenticated" };

const app = await runServer({
  configPath: join(folder, "verdaccio.yaml"),
  storage: join(folder, "storage"),
  auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: 1 } },
  uplinks: {
    upstream: {
      url: registry,
      timeout: "60s",
      // By default, a registry that fails twice counts as down for minutes.
      max_fails: 1000,
      ...(cafile && { ca: readFileSync(cafile, "utf8") }),
      ...(proxy && { https_proxy: proxy }),
    },
  },
  packages: {
    "pulumi-payengine": OWN,
    "payengine-sandbox": OWN,
    "**": { access: "$all", proxy: "upstream" },
  },
  web: { enable: false },
  log: { type: "stdout", format: "pretty", level: "error" },
});
const server = app.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
process.stdin.resume().once("end", () => process.exit());
