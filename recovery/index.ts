/**
 * Clean up after a crash from an Automation API program, as the command `pulumi-payengine` does:
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
 * If the workspace has its own `pulumiHome`, pass it as `PULUMI_HOME` in `env`.
 */
export { type AuditOptions, type AuditReport, auditKeys } from "./audit/audit-keys";
export type { AuditedKey, Category } from "./audit/audited-key";
export { type DueKey, type DueOptions, type DueReport, dueKeys } from "./due/due-keys";
export type { DueAction } from "./due/due-steps";
export type { RecoveryOptions } from "./operation-time";
export { findOrphans, type Orphan, type OrphanReport } from "./orphans/find-orphans";
export { type RevokeOptions, type RevokeReport, revokeOrphans } from "./orphans/revoke-orphans";
export { openAllStacks } from "./pulumi/all-stacks";
export { type ConfigEntry, openStack, type PulumiStack, type StackLocation } from "./pulumi/pulumi-stack";
export type { StateSelection } from "./pulumi/read-states";
export type { ResourcePlace } from "./pulumi/resource-place";
export type { StackLock } from "./pulumi/stack-lock";
export { openStateFile, type StateSource } from "./pulumi/state-source";
export type { SourceProblem, Unreached } from "./unreached";
export type { KnownCredential } from "./whose/known-keys";
export type { Input } from "./whose/scan-input";
export { type FoundKey, type WhoseOptions, type WhoseReport, whoseKeys } from "./whose/whose-keys";
