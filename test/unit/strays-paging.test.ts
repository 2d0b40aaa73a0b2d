import { findLiveKeys, revokeStrays } from "../../provider/api-key/strays";
import type { PayEngineClient } from "../../provider/payengine/calls";
import type { KeyPage, PayEngineKey } from "../../provider/payengine/read-answer";
import { messageThrownBy, SandboxLab } from "../sandbox-lab";

const unique = lab.inputs().uniqueName;
const key = (id: number, name = "another's"): PayEngineKey => ({
  id: `key_${id}`,
  name,
  type: "private",
  status: "active",
  createdAt: "2026-01-01T00:00:00Z",
});

/** A list that answers these pages one after the other, whatever page is asked for: the sandbox's never moves. */
function scripted(pages: KeyPage[]): { api: PayEngineClient; asked: number[] } {
  const asked: number[] = [];
  const listKeys = async (page: number): Promise<KeyPage> => {
    asked.push(page);
    const answer = pages.shift();
    if (answer === undefined) throw new Error("more pages were asked for than the script has");
    return answer;
  };
  return { api: { listKeys } as Partial<PayEngineClient> as PayEngineClient, asked };
}

const end: KeyPage = { data: [], total: undefined };
const page = (data: PayEngineKey[], total?: number): KeyPage => ({ data, total });

describe("against the sandbox with 250 other keys", () => {
  let lab: SandboxLab;
  beforeAll(async () => {
    lab = await SandboxLab.open();
    const { client: api } = lab.context();
    const makeOthers = (number: number) => api.createKey({ name: `other-${number}`, type: "public" });
    await api.createKey({ name: unique, type: "private" });
    await Promise.all(Array.from({ length: 250 }, (_, number) => makeOthers(number)));
  });
  afterAll(() => lab.close());

  test.each([
    ["q is honoured", {}, 1],
    ["q is ignored", { ignoreQuery: true }, 6],
    ["q is ignored and there is no total", { ignoreQuery: true }, 8],
    ["answers are bare", { ignoreQuery: true, wrapping: "bare" }, 8],
  ])("the key on the last page is found where %s", async (_case, dialect, requests) => {
    await lab.control.setDialect(dialect);
    await lab.control.clearRequests();
    const found = await findLiveKeys(lab.context().client, unique);
    expect(found.map(({ name }) => name)).toEqual([unique]);
    expect(await lab.calls()).toHaveLength(requests);
  });
});

test("a list of one page is read once", async () => {
  const { api, asked } = scripted([page([key(1, unique), key(2)], 2)]);
  expect(await findLiveKeys(api, unique)).toEqual([key(1, unique)]);
  expect(asked).toEqual([1]);
});

test("an empty list is read once", async () => {
  expect(await findLiveKeys(scripted([end]).api, unique)).toEqual([]);
});

test("a key that a moving list hid from the first read is found by the second, and a third confirms it", async () => {
  const without = [page([key(1)]), page([key(2)]), end];
  const withKey = [page([key(1)]), page([key(2), key(3, unique)]), end];
  const { api, asked } = scripted([...without, ...withKey, ...structuredClone(withKey)]);
  expect(await findLiveKeys(api, unique)).toEqual([key(3, unique)]);
  expect(asked).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
});

test("a list that shows something else at each of five reads is an error", async () => {
  const reads = [1, 2, 3, 4, 5].flatMap((id) => [page([key(id, unique)]), page([key(9)]), end]);
  expect(await messageThrownBy(() => findLiveKeys(scripted(reads).api, unique))).toBe(
    "The list of keys kept changing over 5 reads; try again",
  );
});

test("a page that shows only what earlier ones did is an error and not the end", async () => {
  const repeating = scripted([page([key(1)]), page([key(1)])]);
  expect(await messageThrownBy(() => findLiveKeys(repeating.api, unique))).toBe(
    "Page 2 of the list of keys repeats earlier ones",
  );
});

test("a list that ends before its total is an error: absence needs every page", async () => {
  const short = scripted([page([key(1)], 150), page([], 150)]);
  expect(await messageThrownBy(() => findLiveKeys(short.api, unique))).toBe(
    "The list of keys ends after 1 of 150",
  );
});

test("a list that has become shorter while it was read ends by its new total", async () => {
  const read = [page([key(1)], 2), page([], 1)];
  expect(await findLiveKeys(scripted([...read, ...structuredClone(read)]).api, unique)).toEqual([]);
});

test("a list without an end is an error after a thousand pages", async () => {
  const endless = Array.from({ length: 1_001 }, (_, number) => page([key(number)]));
  expect(await messageThrownBy(() => findLiveKeys(scripted(endless).api, unique))).toBe(
    "The list of keys has more than 1000 pages",
  );
});

test("revoked keys, longer names and other marks are no live keys of the resource", async () => {
  const keys = [
    { ...key(1, unique), status: "revoked" },
    key(2, `${unique}0`),
    key(3, `${unique}-g2`),
    key(4, `x${unique}`),
    key(5, `${unique}-r3`),
  ];
  expect(await findLiveKeys(scripted([page(keys, 5)]).api, unique)).toEqual([
    key(3, `${unique}-g2`),
    key(5, `${unique}-r3`),
  ]);
});

test("a status that nobody knows counts as live", async () => {
  const suspended = { ...key(1, unique), status: "suspended" };
  expect(await findLiveKeys(scripted([page([suspended], 1)]).api, unique)).toEqual([suspended]);
});

test("the sweep revokes all but the key to keep, and says whether it was seen", async () => {
  const lab = await SandboxLab.open();
  try {
    const { client: api } = lab.context();
    const kept = await api.createKey({ name: `${unique}-r3`, type: "private" });
    const first = await api.createKey({ name: unique, type: "private" });
    const second = await api.createKey({ name: `${unique}-r2`, type: "private" });
    const swept = await revokeStrays(api, unique, [kept.id]);
    expect([...swept.revoked].sort()).toEqual([first.name, second.name].sort());
    expect(swept.kept).toEqual([kept.id]);
    expect(await revokeStrays(api, unique, ["key_not_listed"])).toEqual({
      revoked: [kept.name],
      kept: [],
    });
  } finally {
    await lab.close();
  }
});
