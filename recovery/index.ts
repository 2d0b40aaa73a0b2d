/**
 * What the command `pulumi-payengine` does after a crash, for Automation API programs:
 *
 * ```ts
 * import { LocalWorkspace } from "@pulumi/pulumi/automation";
 * import { openStack, revokeOrphans } from "pulumi-payengine/recovery";
 *
 * const { name, workspace } = await LocalWorkspace.selectStack({ stackName: "dev", workDir });
 * const stack = await openStack({
 *   stack: name,
 *   cwd: workspace.workDir,
 *   env: { ...process.env, ...workspace.envVars },
 *   command: workspace.pulumiCommand.command,
 * });
 * const { lock, waitUntil, orphans, revoked } = await revokeOrphans(stack);
 * if (lock || waitUntil) console.log("The stack is in use: nothing was revoked.");
 * else console.log(`Revoked ${revoked.length} of ${orphans.length} orphaned keys.`);
 * ```
 *
 * A workspace with a `pulumiHome` of its own hands it on as `PULUMI_HOME` in `env`.
 */
export { type AuditReport, auditKeys } from "./audit";
export type { AuditProblem } from "./audit-states";
export type { AuditedKey, Category } from "./audited-key";
export { findOrphans, type Orphan, type OrphanOptions, type OrphanReport } from "./orphans";
export { type ConfigEntry, openStack, type PulumiStack, type StackLocation } from "./pulumi-stack";
export { type RevokeOptions, type RevokeReport, revokeOrphans } from "./revoke-orphans";
export type { SettlingOptions } from "./settling";
export type { StackLock } from "./stack-lock";
export { openStateFile, type StateSource } from "./state-source";
export type { Unreached } from "./unreached";
