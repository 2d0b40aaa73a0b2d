import { AccountStore, type User } from "./account-store";
import { Clock } from "./clock";
import { openDatabase, type SandboxDatabase } from "./database";
import { type Dialect, dialectSchema } from "./dialect";
import { FaultList } from "./fault-list";
import { KeyStore, type StoredKey } from "./key-store";
import { type Lag, lagSchema } from "./lag";
import { MerchantStore } from "./merchant-store";
import { SessionStore } from "./page/session-store";
import { newSignInCode } from "./page/sign-in-code";
import { randomSource } from "./random-source";
import { RequestLog } from "./request-log";
import type { Role } from "./seeds";
import { type Throttle, throttleSchema } from "./throttle";

/** The stored data and the control settings that every call uses. */
export class Sandbox {
  readonly clock = new Clock();
  readonly faults = new FaultList();
  readonly requests = new RequestLog();
  readonly sessions = new SessionStore(this.clock);
  /** For people who sign in on the page as a user; new on each start. */
  readonly signInCode = newSignInCode();
  readonly accounts: AccountStore;
  readonly keys: KeyStore;
  readonly merchants: MerchantStore;
  dialect: Dialect = dialectSchema.parse({});
  lag: Lag = lagSchema.parse({});
  throttle: Throttle = throttleSchema.parse({});
  /** The sandbox account's first credential; only on the first start of a database. */
  readonly adminKey: string | undefined;

  private readonly database: SandboxDatabase;

  constructor(path: string, seed: number | undefined) {
    this.database = openDatabase(path);
    // Until `keepStart`, because only the first successful start shows the admin key.
    this.database.exec("BEGIN");
    const random = randomSource(seed, rowsMade(this.database));
    this.accounts = new AccountStore(this.database, random);
    this.keys = new KeyStore(this.database, this.clock, random);
    this.merchants = new MerchantStore(this.database, this.clock, random);
    this.adminKey = this.firstStart();
  }

  /** Keeps what the start created; without it, `close` discards that. */
  keepStart(): void {
    this.database.exec("COMMIT");
  }

  /** A private key of a new user with this role. */
  addCredential(account: string, role: Role): { user: User; key: StoredKey; value: string } {
    return this.issueCredential(this.accounts.addUser(account, role));
  }

  close(): void {
    if (this.database.inTransaction) this.database.exec("ROLLBACK");
    // libsql keeps the write-ahead log while a statement is open; this moves everything into the file.
    this.database.pragma("wal_checkpoint(TRUNCATE)");
    this.database.close();
  }

  private firstStart(): string | undefined {
    if (!this.accounts.seed()) return undefined;
    this.merchants.seed();
    return this.issueCredential(this.accounts.adminOf("sandbox")).value;
  }

  private issueCredential(user: User): { user: User; key: StoredKey; value: string } {
    return { user, ...this.keys.create(user, `credential of ${user.id}`, "private", true) };
  }
}

/** Never decreases, because revoked keys stay: no two runs on one database draw the same random bytes. */
function rowsMade(database: SandboxDatabase): number {
  const counts = database.prepare(
    "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM keys) + (SELECT count(*) FROM merchants) AS rows",
  );
  return (counts.get() as { rows: number }).rows;
}
