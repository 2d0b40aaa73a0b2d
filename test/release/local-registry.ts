import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { outputOf } from "./output-of";

/** An npm registry on this machine, which gets what it does not have from npm's own. */
export interface LocalRegistry {
  /** Ends with a slash. */
  readonly url: string;
  /** Publishes as a user who may. */
  readonly token: string;
  /** What it tells of a package. */
  readonly metadata: (name: string) => Promise<Metadata>;
  readonly stop: () => Promise<void>;
}

export interface Metadata {
  readonly "dist-tags": Readonly<Record<string, string>>;
  readonly versions: Readonly<
    Record<string, { readonly bin: object; readonly dist: { readonly tarball: string } }>
  >;
}

/** @param node the program @param folder for all that it stores; the caller removes it */
export async function startLocalRegistry(node: string, folder: string): Promise<LocalRegistry> {
  await mkdir(folder);
  const [registry, cafile, proxy] = await Promise.all(["registry", "cafile", "https-proxy"].map(npmSetting));
  const settings = JSON.stringify({ registry, cafile, proxy });
  const child = spawn(node, [join(__dirname, "registry.mjs"), folder, settings], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  const firstLine = once(createInterface(child.stdout), "line") as Promise<[string]>;
  const failed = ended.then(([code]) =>
    Promise.reject(new Error(`The registry ended with exit code ${code}`)),
  );
  // Later it ends because it is stopped.
  failed.catch(() => {});
  const [url] = await Promise.race([firstLine, failed]);
  return { url, token: await newUser(url), metadata: (name) => json(`${url}${name}`), stop };
}

/** Undefined where npm has none. */
async function npmSetting(name: string): Promise<string | undefined> {
  const value = await outputOf("npm", ["config", "get", name]);
  return value === "null" || value === "" ? undefined : value;
}

/** Makes the registry's only user. */
async function newUser(url: string): Promise<string> {
  const user = { name: "release", password: "the-password-of-the-rehearsal" };
  const made: { token: string } = await json(`${url}-/user/org.couchdb.user:release`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(user),
  });
  return made.token;
}

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`The registry responded to ${url} with ${response.status}`);
  return (await response.json()) as T;
}
