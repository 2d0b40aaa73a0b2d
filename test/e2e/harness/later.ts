import { join } from "node:path";
import type { Project } from "./project";

/** Beyond the time in which a lost request may still take effect. */
const LATER_MS = 600_000;

/**
 * Runs something with the clocks of the provider and of PayEngine ahead, by ten minutes by default. PayEngine's clock
 * stays ahead, because otherwise its keys would be created in the future.
 */
export async function later<T>(
  { env, payengine }: Project,
  act: () => Promise<T>,
  milliseconds = LATER_MS,
): Promise<T> {
  const own = {
    NODE_OPTIONS: `--require ${join(__dirname, "../../plugin-preload.cjs")}`,
    PAYENGINE_TEST_LATER_MS: String(milliseconds),
  };
  Object.assign(env, own);
  await payengine?.advanceTo(milliseconds);
  try {
    return await act();
  } finally {
    for (const name of Object.keys(own)) delete env[name];
  }
}
