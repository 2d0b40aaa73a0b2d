import Database from "libsql";

/** An open database with its tables. */
export type SandboxDatabase = Database.Database;

const tables = `
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    role TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS keys (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'active',
    private_hash TEXT UNIQUE,
    public_value TEXT,
    redacted TEXT NOT NULL,
    credential INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_used_at INTEGER
  );
  CREATE TABLE IF NOT EXISTS merchants (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    status TEXT NOT NULL,
    mid TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS keys_newest_first ON keys (account_id, seq);
  CREATE INDEX IF NOT EXISTS keys_by_public_value ON keys (public_value);
  CREATE INDEX IF NOT EXISTS keys_by_name ON keys (account_id, name);
`;

/** Increases when the tables change. */
const layout = 2;

/**
 * Opens the database, and creates its tables the first time.
 *
 * @param path a file, or ":memory:" for a database that ends with the sandbox.
 * @throws if the file is not a database, or another version of the sandbox created it.
 */
export function openDatabase(path: string): SandboxDatabase {
  const database = new Database(path);
  // With two disk writes for each key, a run of 1,000 keys would measure the disk.
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = NORMAL");
  database.exec("PRAGMA foreign_keys = ON");
  refuseOtherLayout(database);
  database.exec(tables);
  database.exec(`PRAGMA user_version = ${layout}`);
  return database;
}

function refuseOtherLayout(database: SandboxDatabase): void {
  const { tableCount, version } = database
    .prepare(
      `SELECT (SELECT count(*) FROM sqlite_schema) AS tableCount,
        (SELECT user_version FROM pragma_user_version) AS version`,
    )
    .get() as { tableCount: number; version: number };
  if (tableCount === 0 || version === layout) return;
  database.close();
  throw new Error("The database was created by another version of payengine-sandbox: use a new file");
}

/** A setting that is stored once per database: `make` runs only if there is none. */
export function settingOnce(database: SandboxDatabase, name: string, make: () => string): string {
  const kept = database.prepare("SELECT value FROM settings WHERE name = ?").get(name) as
    | { value: string }
    | undefined;
  if (kept) return kept.value;
  const value = make();
  database.prepare("INSERT INTO settings (name, value) VALUES (?, ?)").run(name, value);
  return value;
}
