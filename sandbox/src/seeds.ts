import { uuidFromText } from "./uuid";

/** PayEngine's roles. Only the first two may hold API keys. */
export const roles = ["Admin", "Developer", "User"] as const;
export type Role = (typeof roles)[number];

/** The accounts that every database starts with. */
export const accountNames = ["sandbox", "production"] as const;
export type AccountName = (typeof accountNames)[number];

/** The ids of the accounts that every database starts with. */
export const ACCOUNT_IDS: Readonly<Record<AccountName, string>> = {
  sandbox: "5a6e1f0c-3b7d-4c52-9a41-0d2f6b8e7c10",
  production: "c91b4d7e-8f23-4a6b-b5d0-73e2a9f1c864",
};

/** The ids of the merchants that every database starts with, oldest first. */
export const MERCHANT_IDS: Readonly<Record<AccountName, readonly [string, string]>> = {
  sandbox: ["0f3c7a52-6d18-4e9b-8b3e-21c5d40f9a77", "7d92e6b1-04c5-4f3a-a8d7-5e6b1390cf28"],
  production: ["b48a0d63-95ef-4172-8c2d-f7013e6a5b94", "e25f81c9-3a70-4db6-9e14-8c0b57d2f3a6"],
};

/**
 * The id of a user that every database starts with: each account has one of each role.
 *
 * @param account its name, or its id from `ACCOUNT_IDS`.
 */
export function seededUserId(account: string, role: Role): string {
  const name = accountNames.find((known) => ACCOUNT_IDS[known] === account) ?? account;
  return uuidFromText(`user ${userName(name, role)}`);
}

/** A seeded user's name in the control interface, such as `sandbox_admin`. */
export function userName(account: string, role: Role): string {
  return `${account}_${role.toLowerCase()}`;
}
