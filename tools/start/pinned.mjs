// @ts-check

/**
 * @typedef {{ dependencies: Record<string, string>, devDependencies: Record<string, string> }} Manifest
 * @typedef {{ lockfileVersion: number, packages: Record<string, { version?: string, link?: boolean }> }} Lock
 */

/**
 * An example's package.json and package-lock.json with the versions and checksums that this repository works with, so
 * that the example runs on what was tested. npm drops from the lock what the example does not need.
 *
 * @param {Manifest} manifest with ranges; what begins with "file:" stays
 * @param {Lock} lock the repository's
 */
export function pinned(manifest, lock) {
  /** @param {[string, string]} dependency */
  const exact = ([name, range]) => {
    if (range.startsWith("file:")) return [name, range];
    const version = lock.packages[`node_modules/${name}`]?.version;
    if (!version) throw new Error(`package-lock.json has no ${name}, which the example asks for`);
    return [name, version];
  };
  /** @param {Record<string, string>} ranges */
  const all = (ranges) => Object.fromEntries(Object.entries(ranges).map(exact));
  const { dependencies, devDependencies } = manifest;
  const own = { ...manifest, dependencies: all(dependencies), devDependencies: all(devDependencies) };
  const downloads = Object.entries(lock.packages).filter(
    ([path, { link }]) => path.startsWith("node_modules/") && !link,
  );
  const packages = { "": own, ...Object.fromEntries(downloads) };
  return { manifest: own, lock: { lockfileVersion: lock.lockfileVersion, requires: true, packages } };
}
