import { batchedReads, type ReadKey } from "../../provider/payengine/batched-reads";
import type { PayEngineClient } from "../../provider/payengine/calls";
import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { NotFoundError } from "../../provider/payengine/errors";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import { parseContract } from "../../provider/payengine/written-contract";
import { SandboxHarness, thrownBy } from "../sandbox-harness";

let harness: SandboxHarness;
let api: PayEngineClient;
let readKey: ReadKey;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  api = harness.context().client;
  readKey = batchedReads(() => api)(api);
});
afterEach(() => harness.close());

async function made(count: number, prefix: string, type = "private"): Promise<PayEngineKey[]> {
  const keys: PayEngineKey[] = [];
  for (let number = 0; number < count; number++) {
    const { id = "", ...key } = await api.createKey({ name: `${prefix}-${number}`, type });
    keys.push({ ...key, id });
  }
  await harness.control.clearRequests();
  return keys;
}

const readAll = (keys: readonly PayEngineKey[]) => Promise.all(keys.map(({ id, name }) => readKey(id, name)));

/** Without a count, only an empty page shows the end of the first list; later lists end with a shorter page. */
const FIRST = 1;

/** The requests so far, such as `listKeys` or `getKey`, with their number. */
async function counts(): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const { operation = "" } of await harness.control.requests())
    counted[operation] = (counted[operation] ?? 0) + 1;
  return counted;
}

test("concurrent and later reads take one request per page of 100 keys", async () => {
  const keys = await made(120, "shop-dev");
  const early = await readAll(keys.slice(0, 60));
  const late = await readAll(keys.slice(60));
  expect([...early, ...late].map(({ id }) => id)).toEqual(keys.map(({ id }) => id));
  expect(await counts()).toEqual({ listKeys: 2 });
});

test("a list for some names is not used for other names", async () => {
  const narrow = await made(11, "shop-dev-checkout");
  const others = await made(3, "shop-dev-refunds");
  await readAll(narrow.slice(0, 5));
  await readAll(narrow.slice(5));
  await readAll(others);
  expect(await counts()).toEqual({ listKeys: 2 + FIRST });
});

test("one or two keys are read by their ids", async () => {
  const keys = await made(2, "shop-dev");
  await readAll(keys);
  expect(await counts()).toEqual({ getKey: 2 });
});

test("a read from the list shows a revoked status and a public key's value", async () => {
  await harness.control.setDialect({ revokedKeys: "status" });
  const keys = await made(3, "shop-dev", "public");
  await harness.control.revokeKey(keys[0]?.id ?? "");
  await harness.control.setPublicValue(keys[1]?.id ?? "", "pk_test_changed");
  const read = await readAll(keys);
  expect(read.map(({ status }) => status)).toEqual(["revoked", "active", "active"]);
  expect(read[1]?.value).toBe("pk_test_changed");
  expect(await counts()).toEqual({ listKeys: 1 + FIRST });
});

test("a key that the list does not show is read by its id", async () => {
  const keys = await made(3, "shop-dev");
  await harness.control.setLag({ listMs: 60_000 });
  expect((await readAll(keys)).map(({ id }) => id)).toEqual(keys.map(({ id }) => id));
  expect(await counts()).toEqual({ listKeys: 1, getKey: 3 });
});

test("only a read by id shows that a key does not exist", async () => {
  const keys = await made(3, "shop-dev");
  await harness.control.revokeKey(keys[1]?.id ?? "");
  const reads = keys.map(({ id, name }) => readKey(id, name));
  await Promise.allSettled(reads);
  expect(await thrownBy(async () => await reads[1])).toBeInstanceOf(NotFoundError);
  expect(await counts()).toEqual({ listKeys: 1 + FIRST, getKey: 1 });
});

test.each([["statusBeforeCommit"], ["dropBeforeCommit"], ["html200"]] as const)(
  "every key is read by its id when the list fails (%s)",
  async (kind) => {
    const keys = await made(4, "shop-dev");
    const on = { operation: "listKeys", times: "always" } as const;
    await harness.control.addFault(
      kind === "statusBeforeCommit" ? { ...on, kind, status: 500 } : { ...on, kind },
    );
    await readAll(keys);
    expect(await counts()).toEqual({ listKeys: 1, getKey: 4 });
  },
);

test("an account full of unrelated keys is not listed for a few keys", async () => {
  await harness.control.setDialect({ ignoreQuery: true });
  const keys = await made(3, "shop-dev");
  await made(600, "other");
  await readAll(keys);
  expect(await counts()).toEqual({ listKeys: 1, getKey: 3 });
});

test("a list without a total ends with a page shorter than the longest so far", async () => {
  const keys = await made(101, "shop-dev");
  await readAll(keys);
  expect(await counts()).toEqual({ listKeys: 2 });
});

test("a list with a total ends at that count, even on its first page", async () => {
  await harness.control.setDialect({ counts: "total" });
  await readAll(await made(100, "shop-dev"));
  expect(await counts()).toEqual({ listKeys: 1 });
});

test("an account without a request for one key is read only through its list", async () => {
  await harness.control.setDialect({ getById: false });
  const parsed = parseContract({ get: "none" });
  const contract = "contract" in parsed ? parsed.contract : DEFAULT_CONTRACT;
  api = harness.context({ contract }).client;
  readKey = batchedReads(() => api)(api);
  const [first, second] = await made(2, "shop-dev");
  await harness.control.revokeKey(second?.id ?? "");
  expect((await readAll(first ? [first] : []))[0]).toMatchObject({ name: first?.name, isRevoked: false });
  expect(await thrownBy(() => readKey(second?.id ?? "", second?.name ?? ""))).toBeInstanceOf(NotFoundError);
});
