import { randomBytes } from "node:crypto";

const PREFIX = "pulumi-payengine-doctor-";

/** The name of a key that --write made. */
export const TRIAL_NAME = new RegExp(`^${PREFIX}[0-9a-f]{10}$`);

export function newTrialName(): string {
  return `${PREFIX}${randomBytes(5).toString("hex")}`;
}
