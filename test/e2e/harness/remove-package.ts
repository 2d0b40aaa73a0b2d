import { rm } from "node:fs/promises";

/** Jest's global teardown. A folder that others share stays. */
export default async function removePackage(): Promise<void> {
  const { PAYENGINE_E2E_INSTALLED: folder, PAYENGINE_E2E_SHARED: shared } = process.env;
  if (folder && !shared) await rm(folder, { recursive: true });
}
