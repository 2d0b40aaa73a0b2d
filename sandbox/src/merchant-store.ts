import type { Clock } from "./clock";
import type { SandboxDatabase } from "./database";
import { Failure } from "./failure";
import type { RandomSource } from "./random-source";
import { ACCOUNT_IDS, accountNames, MERCHANT_IDS } from "./seeds";
import { uuidOf } from "./uuid";

/** A merchant connected to an account. Merchants are never deleted: they change status. */
export interface Merchant {
  id: string;
  accountId: string;
  name: string;
  email: string;
  status: string;
  /** The merchant's number at the processor: 12 digits. */
  mid: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  updatedAt: number;
}

const columns = `id, account_id AS accountId, name, email, status, mid,
  created_at AS createdAt, updated_at AS updatedAt`;

/** The merchants of all accounts. */
export class MerchantStore {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** Makes two merchants for each seeded account. */
  seed(): void {
    for (const account of accountNames) {
      for (const [index, id] of MERCHANT_IDS[account].entries()) {
        this.insert(id, ACCOUNT_IDS[account], `${account} merchant ${index + 1}`, "active");
      }
    }
  }

  add(accountId: string, name: string, status: string): Merchant {
    return this.insert(uuidOf(this.random(16)), accountId, name, status);
  }

  setStatus(id: string, status: string): Merchant {
    this.get(id);
    this.database
      .prepare("UPDATE merchants SET status = ?, updated_at = ? WHERE id = ?")
      .run(status, this.clock.now(), id);
    return this.get(id);
  }

  find(id: string): Merchant | undefined {
    // libsql's `get` adds an extra field, which responses would show.
    const [merchant] = this.database.prepare(`SELECT ${columns} FROM merchants WHERE id = ?`).all(id);
    return merchant as Merchant | undefined;
  }

  /** One page, newest first, with the number of merchants on all pages. */
  list(accountId: string, page: number, size: number): { merchants: Merchant[]; total: number } {
    const select = `SELECT ${columns} FROM merchants WHERE account_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?`;
    const offset = Math.min((page - 1) * size, Number.MAX_SAFE_INTEGER);
    const counted = this.database.prepare("SELECT count(*) AS total FROM merchants WHERE account_id = ?");
    return {
      merchants: this.database.prepare(select).all(accountId, size, offset) as Merchant[],
      total: (counted.get(accountId) as { total: number }).total,
    };
  }

  /** Every merchant of every account, newest first. */
  all(): Merchant[] {
    return this.database.prepare(`SELECT ${columns} FROM merchants ORDER BY seq DESC`).all() as Merchant[];
  }

  private get(id: string): Merchant {
    const merchant = this.find(id);
    if (!merchant) throw new Failure(404, `No merchant ${id}`);
    return merchant;
  }

  private insert(id: string, accountId: string, name: string, status: string): Merchant {
    const now = this.clock.now();
    const email = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}@example.com`;
    // Derived from the id, so that a seeded merchant always has the same.
    const mid = Number.parseInt(id.slice(0, 8), 16).toString().padStart(12, "0");
    this.database
      .prepare(
        `INSERT INTO merchants (id, account_id, name, email, status, mid, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(id, accountId, name, email, status, mid, now, now);
    return this.get(id);
  }
}
