import type { SandboxDatabase } from "./database";
import { Failure } from "./failure";
import type { RandomSource } from "./random-source";

/** PayEngine's roles. Only the first two may hold API keys. */
export const roles = ["Admin", "Developer", "User"] as const;
export type Role = (typeof roles)[number];

/** Someone who may hold keys, in one account. */
export interface User {
  id: string;
  accountId: string;
  role: Role;
}

const firstAccounts = [
  { id: "acct_sandbox", name: "Sandbox" },
  { id: "acct_production", name: "Production" },
];

const userColumns = "SELECT id, account_id AS accountId, role FROM users";

/** Accounts and the people in them. */
export class AccountStore {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly random: RandomSource,
  ) {}

  /** Makes both accounts with a user of each role; false if the database has them already. */
  seed(): boolean {
    if (this.database.prepare("SELECT 1 AS found FROM accounts LIMIT 1").get()) return false;
    const insert = this.database.prepare("INSERT INTO accounts (id, name) VALUES (?, ?)");
    for (const account of firstAccounts) {
      insert.run(account.id, account.name);
      for (const role of roles) {
        this.insertUser({ id: seededUserId(account.id, role), accountId: account.id, role });
      }
    }
    return true;
  }

  account(id: string): { id: string; name: string } {
    const account = this.database.prepare("SELECT id, name FROM accounts WHERE id = ?").get(id);
    if (!account) throw new Failure(404, `No account ${id}`);
    return account as { id: string; name: string };
  }

  user(id: string): User {
    const user = this.database.prepare(`${userColumns} WHERE id = ?`).get(id);
    if (!user) throw new Failure(404, `No user ${id}`);
    return user as User;
  }

  addUser(accountId: string, role: Role): User {
    const user = {
      id: `user_${this.random(8).toString("hex")}`,
      accountId: this.account(accountId).id,
      role,
    };
    this.insertUser(user);
    return user;
  }

  setRole(userId: string, role: Role): User {
    const user = this.user(userId);
    this.database.prepare("UPDATE users SET role = ? WHERE id = ?").run(role, userId);
    return { ...user, role };
  }

  private insertUser(user: User): void {
    this.database
      .prepare("INSERT INTO users (id, account_id, role) VALUES (?, ?, ?)")
      .run(user.id, user.accountId, user.role);
  }
}

/** The id of a user that every database starts with, such as `user_sandbox_admin`. */
export function seededUserId(accountId: string, role: Role): string {
  return `${accountId.replace("acct_", "user_")}_${role.toLowerCase()}`;
}
