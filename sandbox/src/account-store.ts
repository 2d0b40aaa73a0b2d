import type { SandboxDatabase } from "./database";
import { Failure } from "./failure";
import type { RandomSource } from "./random-source";
import { ACCOUNT_IDS, accountNames, type Role, roles, seededUserId, userName } from "./seeds";
import { uuidOf } from "./uuid";

/** A user of one account, who may own keys. */
export interface User {
  id: string;
  accountId: string;
  role: Role;
}

const userColumns = "SELECT id, account_id AS accountId, role FROM users";

/** Accounts and their users. */
export class AccountStore {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly random: RandomSource,
  ) {}

  /** Creates both accounts with a user of each role. Returns false if the database already has them. */
  seed(): boolean {
    if (this.database.prepare("SELECT 1 AS found FROM accounts LIMIT 1").get()) return false;
    const insert = this.database.prepare("INSERT INTO accounts (id, name) VALUES (?, ?)");
    for (const name of accountNames) {
      const accountId = ACCOUNT_IDS[name];
      insert.run(accountId, name);
      for (const role of roles) this.insertUser({ id: seededUserId(name, role), accountId, role });
    }
    return true;
  }

  /** @param idOrName the account's UUID, or "sandbox" or "production". */
  account(idOrName: string): { id: string; name: string } {
    const select = this.database.prepare("SELECT id, name FROM accounts WHERE id = ?1 OR name = ?1");
    const account = select.get(idOrName);
    if (!account) throw new Failure(404, `No account ${idOrName}`);
    return account as { id: string; name: string };
  }

  /** @param idOrName the user's UUID, or a seeded user's name, such as "sandbox_admin". */
  user(idOrName: string): User {
    const select = this.database.prepare(`${userColumns} WHERE id = ?`);
    // libsql's `get` adds an extra field, which the control interface would show.
    const [user] = select.all(seededIds.get(idOrName) ?? idOrName);
    if (!user) throw new Failure(404, `No user ${idOrName}`);
    return user as User;
  }

  /** All users of one account or of all, the seeded ones first. */
  users(accountId?: string): User[] {
    const where = accountId === undefined ? "" : " WHERE account_id = ?";
    const select = this.database.prepare(`${userColumns}${where} ORDER BY rowid`);
    return (accountId === undefined ? select.all() : select.all(accountId)) as User[];
  }

  /** The account's seeded Admin. */
  adminOf(account: string): User {
    return this.user(seededUserId(this.account(account).id, "Admin"));
  }

  addUser(account: string, role: Role): User {
    const user = { id: uuidOf(this.random(16)), accountId: this.account(account).id, role };
    this.insertUser(user);
    return user;
  }

  setRole(idOrName: string, role: Role): User {
    const user = this.user(idOrName);
    this.database.prepare("UPDATE users SET role = ? WHERE id = ?").run(role, user.id);
    return { ...user, role };
  }

  private insertUser(user: User): void {
    this.database
      .prepare("INSERT INTO users (id, account_id, role) VALUES (?, ?, ?)")
      .run(user.id, user.accountId, user.role);
  }
}

/** A user's name: a seeded user's, such as "sandbox_admin", or the start of the ID. */
export function nameOfUser({ id }: User): string {
  return seededNames.get(id) ?? `user ${id.slice(0, 8)}`;
}

const seededIds = new Map(
  accountNames.flatMap((account) =>
    roles.map((role) => [userName(account, role), seededUserId(account, role)] as const),
  ),
);
const seededNames = new Map(Array.from(seededIds, ([name, id]) => [id, name]));
