import type { User } from "./account-store";
import type { Clock } from "./clock";
import { type SandboxDatabase, settingOnce } from "./database";
import { Failure } from "./failure";
import { fingerprint, type KeyType, keyedHash, newValue, redact, sameHash } from "./key-value";
import type { RandomSource } from "./random-source";
import { uuidOf } from "./uuid";

/** A key as stored: of a private value, only the hash (not here) and the redacted form. */
export interface StoredKey {
  id: string;
  accountId: string;
  userId: string;
  name: string;
  type: KeyType;
  status: "active" | "revoked";
  publicValue: string | null;
  redacted: string;
  /** 1 if the sandbox made it as a credential; 0 if it was made over the API. */
  credential: 0 | 1;
  createdAt: number;
  updatedAt: number;
  lastUsedAt: number | null;
}

/** A key with a given ID and value. */
export interface GivenKey {
  id: string;
  name: string;
  type: KeyType;
  value: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** Selects the keys of a list. */
export interface KeyFilter {
  accountId: string;
  /** Substring of the name; "" for all keys. */
  nameHas: string;
  withRevoked: boolean;
  /** Milliseconds since the epoch; excludes keys made over the API after that. */
  madeUntil: number;
}

const columns = `id, account_id AS accountId, user_id AS userId, name, type, status, public_value AS publicValue,
  redacted, credential, created_at AS createdAt, updated_at AS updatedAt, last_used_at AS lastUsedAt`;

const listed = `FROM keys WHERE account_id = ?
  AND (?2 = '' OR instr(name, ?2) > 0)
  AND (status = 'active' OR ?3 = 1)
  AND (created_at <= ?4 OR credential = 1)`;

/** The keys of all accounts. */
export class KeyStore {
  private readonly hashSecret: string;
  /** Fingerprints of private values, for tests. In memory only, because an unkeyed hash must not be stored. */
  private readonly fingerprints = new Map<string, string>();
  private readonly unrevealed = new Map<string, string>();
  private readonly statements;

  constructor(
    database: SandboxDatabase,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {
    this.hashSecret = settingOnce(database, "hash secret", () => random(32).toString("hex"));
    this.statements = {
      insert:
        database.prepare(`INSERT INTO keys (id, account_id, user_id, name, type, private_hash, public_value,
        redacted, credential, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
      byId: database.prepare(`SELECT ${columns} FROM keys WHERE id = ?`),
      byHash: database.prepare(`SELECT ${columns}, private_hash AS hash FROM keys WHERE private_hash = ?`),
      byPublicValue: database.prepare("SELECT 1 AS found FROM keys WHERE public_value = ?"),
      byName: database.prepare(`SELECT status FROM keys WHERE account_id = ? AND name = ?`),
      page: database.prepare(`SELECT ${columns} ${listed} ORDER BY seq DESC LIMIT ?5 OFFSET ?6`),
      total: database.prepare(`SELECT count(*) AS total ${listed}`),
      all: database.prepare(`SELECT ${columns} FROM keys ORDER BY seq DESC`),
      liveCount: database.prepare(
        "SELECT count(*) AS total FROM keys WHERE account_id = ? AND status = 'active'",
      ),
      used: database.prepare("UPDATE keys SET last_used_at = ? WHERE id = ?"),
      revoke: database.prepare("UPDATE keys SET status = 'revoked', updated_at = ? WHERE id = ?"),
      setValue: database.prepare(
        "UPDATE keys SET public_value = ?, redacted = ?, updated_at = ? WHERE id = ?",
      ),
    };
  }

  /** Creates a key. A private value is in this result only. */
  create(owner: User, name: string, type: KeyType, credential = false): { key: StoredKey; value: string } {
    const value = newValue(type, this.random);
    const given = { id: uuidOf(this.random(16)), name, type, value, createdAt: this.clock.now() };
    return { key: this.put(owner, given, credential), value };
  }

  /** Stores a key with a given ID and value, such as one that another sandbox made. */
  put(owner: User, { id, name, type, value, createdAt }: GivenKey, credential = false): StoredKey {
    if (this.find(id)) throw new Failure(409, `Key ${id} already exists`);
    this.statements.insert.run(
      id,
      owner.accountId,
      owner.id,
      name,
      type,
      type === "private" ? keyedHash(value, this.hashSecret) : null,
      type === "public" ? value : null,
      redact(value),
      credential ? 1 : 0,
      createdAt,
      createdAt,
    );
    if (type === "private") this.fingerprints.set(id, fingerprint(value));
    return this.get(id);
  }

  /** The key with this private value, live or revoked. */
  byPrivateValue(value: string): StoredKey | undefined {
    const hash = keyedHash(value, this.hashSecret);
    const row = this.statements.byHash.get(hash) as (StoredKey & { hash: string }) | undefined;
    return row && sameHash(row.hash, hash) ? row : undefined;
  }

  /** Whether this is the value of a public key. */
  isPublicValue(value: string): boolean {
    return this.statements.byPublicValue.get(value) !== undefined;
  }

  /** Keeps a value in memory until it is revealed. A restart loses it. */
  holdValue(id: string, value: string): void {
    this.unrevealed.set(id, value);
  }

  /** Returns a key's value once, and marks it as revealed. */
  takeValue(id: string): string | undefined {
    const value = this.unrevealed.get(id);
    this.unrevealed.delete(id);
    return value;
  }

  markUsed(id: string): void {
    this.statements.used.run(this.clock.now(), id);
  }

  find(id: string): StoredKey | undefined {
    return this.statements.byId.get(id) as StoredKey | undefined;
  }

  get(id: string): StoredKey {
    const key = this.find(id);
    if (!key) throw new Failure(404, `No key ${id}`);
    return key;
  }

  /** One page, newest first, with the number of keys on all pages. */
  list(filter: KeyFilter, page: number, size: number): { keys: StoredKey[]; total: number } {
    const where = [filter.accountId, filter.nameHas, filter.withRevoked ? 1 : 0, filter.madeUntil];
    // The contract has no upper limit for `page`, but SQLite's integers do.
    const offset = Math.min((page - 1) * size, Number.MAX_SAFE_INTEGER);
    const { total } = this.statements.total.get(...where) as { total: number };
    return { keys: this.statements.page.all(...where, size, offset) as StoredKey[], total };
  }

  /** Every key of every account, revoked ones too, newest first. */
  all(): StoredKey[] {
    return this.statements.all.all() as StoredKey[];
  }

  /** The key's fingerprint; null for a private key after a restart. */
  fingerprintOf({ id, publicValue }: StoredKey): string | null {
    return publicValue === null ? (this.fingerprints.get(id) ?? null) : fingerprint(publicValue);
  }

  /** The statuses of the account's keys with exactly this name. */
  statusesOf(accountId: string, name: string): string[] {
    const rows = this.statements.byName.all(accountId, name) as { status: string }[];
    return rows.map((row) => row.status);
  }

  liveCount(accountId: string): number {
    return (this.statements.liveCount.get(accountId) as { total: number }).total;
  }

  revoke(id: string): StoredKey {
    this.get(id);
    this.statements.revoke.run(this.clock.now(), id);
    return this.get(id);
  }

  /** Changes a public key's value, to simulate drift. */
  setPublicValue(id: string, value: string): StoredKey {
    if (this.get(id).type !== "public")
      throw new Failure(400, `Key ${id} is private: its value is not stored`);
    this.statements.setValue.run(value, redact(value), this.clock.now(), id);
    return this.get(id);
  }
}
