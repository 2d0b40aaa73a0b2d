// @ts-check
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMPANIONS, isAtLeast, isProgram, PULUMI_VERSION, pathFolders, versionOf } from "./cli-folder.mjs";

/**
 * The first CLI on PATH that is new enough and has its companions; says why it passes others over.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} log
 * @returns {Promise<{ version: string, binDir: string, pulumi: string } | undefined>}
 */
export async function findOnPath(env, log) {
  const folders = [...new Set(pathFolders(env))];
  for (const binDir of folders) {
    const pulumi = join(binDir, "pulumi");
    if (!isProgram(pulumi)) continue;

    // Package managers link single programs into a folder on PATH: the others lie beside the original.
    const places = [binDir, dirname(realpathSync(pulumi)), ...folders];
    const lacking = COMPANIONS.filter((name) => !places.some((folder) => isProgram(join(folder, name))));
    if (lacking.length > 0) {
      log(`${pulumi} is passed over: it has no ${lacking.join(" and no ")} beside it or on PATH`);
      continue;
    }
    const version = await versionOf(pulumi, env);
    if (!isAtLeast(version, PULUMI_VERSION) || !version.startsWith("3.")) {
      log(
        `${pulumi} is passed over: ${version || "an unknown version"}, this needs 3.x from ${PULUMI_VERSION} on`,
      );
      continue;
    }
    return { version, binDir, pulumi };
  }
  return undefined;
}
