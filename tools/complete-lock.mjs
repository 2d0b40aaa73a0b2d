// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Adds to package-lock.json the optional packages of other platforms that npm left out, where the registry in use does
 * not offer them: without them `npm ci` refuses the lock. Run it after `npm install`. What it adds is pinned by version
 * only, since its checksum cannot be had there; npm fills that in where it can.
 */
const file = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] || lock.packages[`${path}/${key}`]) continue;
    const os = /(android|darwin|linux|win32|freebsd|openharmony)/.exec(name)?.[1];
    const cpu = /(arm64|x64|ia32|ppc64|s390x|riscv64|loong64|arm)\b/.exec(name)?.[1];
    const platform = os && cpu ? { cpu: [cpu], os: [os] } : {};
    lock.packages[key] = { version, ...platform, ...(entry.dev ? { dev: true } : {}), optional: true };
    console.log(`added ${name} ${version}`);
  }
}
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
