import type { Entry } from "har-format";
import type { RecordedKey } from "../recorded-console";
import { changed, learnFrom, UsualRecording, undecided } from "./learn-harness";

let usual: UsualRecording;
let key: RecordedKey;
beforeAll(async () => {
  usual = await UsualRecording.open();
  key = await usual.record();
});
afterAll(() => usual.close());

type Json = Record<string, unknown>;

/** The recording with other JSON in its responses. */
function answered(change: (body: Json, entry: Entry) => unknown): Entry[] {
  return changed(key.recorder.entries, (entry) => {
    const text = entry.response.content.text ?? "";
    const body = text === "" ? text : JSON.stringify(change(JSON.parse(text), entry));
    return { response: { content: { ...entry.response.content, text: body } } };
  });
}

/** The recording with another request line. */
function asked(change: (url: string, entry: Entry) => Partial<Entry["request"]>): Entry[] {
  return changed(key.recorder.entries, (entry) => change(entry.request.url, entry));
}

const isCreate = ({ request }: Entry) => request.method === "POST";
const isRevoke = ({ request }: Entry) => request.method === "DELETE";
const isList = ({ request }: Entry) => request.method === "GET" && request.url.includes("/api-keys?");

const INEXPRESSIBLE =
  "payengine:contract cannot express this: do not create keys in this account yet, and open an issue of the project with this " +
  "output (it has no values)";

test("a list that is wrapped in another way is shown, and cannot be read", () => {
  const nested = answered((body, entry) => (isList(entry) ? { data: { items: body.data } } : body));
  const named = answered((body, entry) => (isList(entry) ? { keys: body.data } : body));
  expect([nested, named].map((entries) => undecided(learnFrom(entries)))).toEqual([
    [
      `not sure list: GET /api-keys returned 200: a list in data.items, snake_case, which the provider cannot read → ${INEXPRESSIBLE}`,
    ],
    [
      `not sure list: GET /api-keys returned 200: a list in keys, snake_case, which the provider cannot read → ${INEXPRESSIBLE}`,
    ],
  ]);
});

test("a value beside the key is found, and cannot be read", () => {
  const beside = answered((body, entry) => {
    if (!isCreate(entry)) return body;
    const { key: value, ...data } = Object(body.data);
    return { data, secret: { token: value } };
  });
  expect(undecided(learnFrom(beside))).toEqual([
    `not sure create: POST /api-keys returned 200, but the provider cannot read it: an object in data, snake_case → ${INEXPRESSIBLE}`,
  ]);
});

test("a key in the only object of a response can be read", () => {
  const entries = answered((body, entry) => (isCreate(entry) ? { api_key: body.data } : body));
  expect([learnFrom(entries).contract, undecided(learnFrom(entries))]).toEqual([{}, []]);
});

test("a response without an ID takes it from the list", () => {
  const entries = answered((body, entry) => {
    const { id: _, ...data } = Object(body.data);
    return isCreate(entry) ? { data } : body;
  });
  const learned = learnFrom(entries);
  expect([learned.contract, undecided(learned), learned.keys.revoked]).toEqual([{}, [], 1]);
});

test("what the provider cannot send is undecided", () => {
  const doctor =
    "run `npx pulumi-payengine doctor --write`: it shows whether the account accepts the provider's request";
  const body = (text: string, mimeType = "application/json") => ({ postData: { mimeType, text } });
  const sent = JSON.parse(key.recorder.entries.find(isCreate)?.request.postData?.text ?? "");
  const create = (request: Partial<Entry["request"]>) =>
    asked((_, entry) => (isCreate(entry) ? request : {}));
  const revoke = (change: (url: string) => Partial<Entry["request"]>) =>
    asked((url, entry) => (isRevoke(entry) ? change(url) : {}));
  const cases = [
    create(body(JSON.stringify({ ...sent, role: "admin" }))),
    create(body(JSON.stringify({ api_key: sent }))),
    create(body(new URLSearchParams(sent).toString(), "application/x-www-form-urlencoded")),
    create({ postData: undefined }),
    revoke((url) => ({ method: "PATCH", url, ...body('{"status":"revoked"}') })),
    revoke((url) => ({ url: `${url}?force=1` })),
    revoke((url) => ({
      method: "POST",
      url: url.replace(`/${key.id}`, "/revocations"),
      ...body(JSON.stringify({ id: key.id })),
    })),
    asked((url, entry) => (isList(entry) ? { url: url.replace("page=1", "offset=0") } : {})),
  ];
  expect(cases.map((entries) => undecided(learnFrom(entries)))).toEqual([
    [
      `not sure create: the request has more fields than name and type (role), which the provider does not send → ${doctor}`,
    ],
    [`not sure create: the request has the name or type in an inner object → ${INEXPRESSIBLE}`],
    [`not sure create: the console sends a form, and the provider sends JSON → ${doctor}`],
    [
      `not sure create: the request's body is not in the recording, so its fields are those of the response → ${doctor}`,
    ],
    [`not sure revoke: the console sends a body (status), and the provider sends none → ${INEXPRESSIBLE}`],
    [`not sure revoke: the request has a query (force), and the provider sends none → ${INEXPRESSIBLE}`],
    [
      `not sure revoke: POST /api-keys/revocations has the key's ID in its query or body, and the provider sends it in the path → ${INEXPRESSIBLE}`,
    ],
    [
      "not sure paging: the console sends other parameters (offset); the provider sends page, size, limit and q → run " +
        "`npx pulumi-payengine doctor`: it shows whether `page` reaches every key",
    ],
  ]);
});

test("a request that deletes something else with the key's ID is not taken for the one that revokes the key", () => {
  const { url } = usual;
  const revoke = key.recorder.entries.find(isRevoke) as Entry;
  /** The recording with another request before the revocation, which may have another form. */
  const among = (other: Partial<Entry["request"]>, own: Partial<Entry["request"]> = {}) =>
    key.recorder.entries.flatMap((entry) =>
      isRevoke(entry)
        ? [
            { ...revoke, request: { ...revoke.request, ...other } },
            { ...entry, request: { ...entry.request, ...own } },
          ]
        : [entry],
    );
  const post = (path: string) => ({ method: "POST", url: `${url}/api-keys/${key.id}/${path}` });
  const learned = [
    among({ url: `${url}/api-keys/${key.id}/webhook` }, post("revoke")),
    among({ url: `${url}/sessions/${key.id}` }),
    among(post("ping"), post("end-of-life")),
  ].map((entries) => learnFrom(entries));
  expect(learned.map(({ contract }) => Object(contract).revoke)).toEqual([
    "POST /api-keys/{id}/revoke",
    undefined,
    "POST /api-keys/{id}/end-of-life",
  ]);
  expect(learned.map(undecided)).toEqual([
    [],
    [],
    [
      "not sure revoke: POST /api-keys/{id}/end-of-life returned 200, but another request with the key's ID may have revoked it → " +
        "record again, and only create, list and revoke the key",
    ],
  ]);
});

test("an ID in the path that is not the key's is hidden, and a person fills it in", () => {
  const tenant = "3f9ac21d-0b1c-4d2e-8f3a-4b5c6d7e8f90";
  const entries = asked((url) => ({ url: url.replace("/api-keys", `/accounts/${tenant}/api-keys`) }));
  const learned = learnFrom(entries);
  expect(JSON.stringify(learned)).not.toContain(tenant);
  expect(learned.commands.slice(1)).toEqual([
    "pulumi config set --path payengine:contract.create 'POST /accounts/<part 3>/api-keys'",
    "pulumi config set --path payengine:contract.list 'GET /accounts/<part 3>/api-keys'",
    "pulumi config set --path payengine:contract.get 'GET /accounts/<part 3>/api-keys/{id}'",
    "pulumi config set --path payengine:contract.revoke 'DELETE /accounts/<part 3>/api-keys/{id}'",
  ]);
  expect(undecided(learned)).toEqual([
    "not sure path: <part 3> of the path looks like an ID or a secret, so it is not shown → replace <part 3> in the commands with that " +
      "part of the recorded path, unless it is secret",
  ]);
});

test("the address of the API ends before /merchant, otherwise after /api", () => {
  const move = (from: string, to: string) =>
    asked((url) => ({ url: url.replace(`${usual.url}${from}`, to) }));
  const addresses = [
    move("", "https://console.payengine.co/api"),
    move("", "https://pay.example.com/v2/console"),
    move("/merchant", "https://elsewhere.example/merchant").map((entry) => ({
      ...entry,
      request: {
        ...entry.request,
        url: entry.request.url.replace(usual.url, "https://pay.example.com/v2/console"),
      },
    })),
    move("", "http://pay.example.com/api"),
  ].map((entries) => learnFrom(entries));
  expect(addresses.map(({ apiUrl, contract }) => [apiUrl, contract])).toEqual([
    ["https://console.payengine.co/api", {}],
    ["https://pay.example.com/v2/console", {}],
    [
      "https://pay.example.com",
      {
        create: "POST /v2/console/api-keys",
        list: "GET /v2/console/api-keys",
        get: "GET /v2/console/api-keys/{id}",
        revoke: "DELETE /v2/console/api-keys/{id}",
      },
    ],
    ["http://pay.example.com/api", {}],
  ]);
  expect(addresses[0].commands).toEqual([]);
  expect(undecided(addresses[0])).toEqual([]);
  // The provider would send private keys to whoever is there.
  expect(undecided(addresses[1])).toEqual([
    "not sure address: https://pay.example.com/v2/console is not an address of payengine.co or payengine.dev → check that it is your " +
      "console's address: the provider sends your private key there",
  ]);
  expect(undecided(addresses[3])).toEqual([
    "not sure address: http://pay.example.com/api is plain HTTP, and the provider requires https → use the console's https address",
  ]);
});
