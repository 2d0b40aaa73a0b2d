import { rm } from "node:fs/promises";

/** Jest's global teardown. */
export default async function removePackage(): Promise<void> {
  const folder = process.env.PAYENGINE_E2E_INSTALLED;
  if (folder) await rm(folder, { recursive: true });
}
