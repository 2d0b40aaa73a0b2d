import type { CallName } from "../../provider/payengine/contract";
import { parseContract } from "../../provider/payengine/written-contract";

function problemsWith(input: unknown): string[] {
  const parsed = parseContract(input);
  return "problems" in parsed ? parsed.problems.map(({ property, reason }) => `${property} ${reason}`) : [];
}

const forms: Record<CallName, string> = {
  create: 'write it like "POST /api-keys"',
  list: 'write it like "GET /api-keys"',
  get: 'write it like "GET /api-keys/{id}", or "none"',
  reveal: 'write it like "POST /api-keys/{id}/reveal", or "none"',
  revoke: 'write it like "DELETE /api-keys/{id}"',
  works: 'write it like "GET /merchant"',
};

test.each<[CallName, unknown, string]>([
  ["get", null, "is null"],
  ["get", {}, "is an object"],
  ["create", ["POST", "/api-keys"], "is an array"],
  ["create", "", "is empty"],
  ["create", 5, "is not a method and a path"],
  ["reveal", false, "is not a method and a path"],
  ["create", "POST", "is not a method and a path"],
  ["create", "POST ", "is not a method and a path"],
  ["create", "/api-keys", "is not a method and a path"],
  ["create", "POST\t/api-keys", "is not a method and a path"],
  ["create", "https://console.payengine.co/api /x", "is not a method and a path"],
  ["get", "None", "is not a method and a path"],
  ["create", "POSTT /x", "has an unknown method; use POST, PUT or PATCH, in capitals"],
  ["works", "get /x", "has an unknown method; use GET, in capitals"],
  ["create", "GET /keys", "must use POST, PUT or PATCH"],
  ["create", "DELETE /keys", "must use POST, PUT or PATCH"],
  ["list", "POST /keys", "must use GET"],
  ["list", "DELETE /keys", "must use GET"],
  ["get", "POST /keys/{id}", "must use GET"],
  ["reveal", "PUT /keys/{id}", "must use POST or GET"],
  ["revoke", "GET /keys/{id}/revoke", "must use POST, PUT, PATCH or DELETE"],
  ["works", "POST /me", "must use GET"],
  ["get", "GET /keys", "does not have {id} in its path"],
  ["reveal", "POST /keys/{ID}x", "does not have {id} in its path"],
  ["revoke", "DELETE /keys", "does not have {id} in its path"],
  ["get", "GET /keys/{id}/{id}", "has {id} more than once in its path"],
  ["create", "POST /keys/{id}", "has {id} in its path, but is not a request for one key"],
  ["list", "GET /keys/{id}", "has {id} in its path, but is not a request for one key"],
  ["works", "GET /keys/{id}/{id}", "has {id} in its path, but is not a request for one key"],
  ["create", "POST keys", 'has a path that does not begin with exactly one "/"'],
  ["create", "POST //evil.example", 'has a path that does not begin with exactly one "/"'],
  ["create", "POST /keys//new", 'has "//" or "\\" in its path, which can name another host'],
  ["create", "POST /http://evil.example", 'has "//" or "\\" in its path, which can name another host'],
  ["create", "POST /\\evil.example", 'has "//" or "\\" in its path, which can name another host'],
  ["create", "POST /../keys", 'has ".." or "/./" in its path'],
  ["create", "POST /keys/..", 'has ".." or "/./" in its path'],
  ["create", "POST /keys/./new", 'has ".." or "/./" in its path'],
  ["create", "POST /keys/.", 'has ".." or "/./" in its path'],
  ["list", "GET /keys?all=1", "has a query or fragment in its path"],
  ["list", "GET /keys#all", "has a query or fragment in its path"],
  ["create", "POST /%2e%2e/keys", "has percent-encoding in its path"],
  ["create", "POST /a%2Fb", "has percent-encoding in its path"],
  ["create", "POST /a%", "has percent-encoding in its path"],
  ...["/a b", "/a ", "/a\n", "/a\u0000", "/a\u00a0b", "/a\u202eb", "/ä", "/{key}", '/"a"'].map(
    (path): [CallName, string, string] => [
      "create",
      `POST ${path}`,
      "has a character in its path that is not allowed, such as a space",
    ],
  ),
])("the call %s %j is refused", (name, written, reason) => {
  const whole = reason.includes("unknown method") ? reason : `${reason}; ${forms[name]}`;
  const expected = [`contract.${name} ${whole}`];
  // Any brace except those of {id} is a second problem of the same path.
  if (String(written).includes("{ID}")) {
    expected.unshift(
      `contract.${name} has a character in its path that is not allowed, such as a space; ${forms[name]}`,
    );
  }
  expect(problemsWith({ [name]: written })).toEqual(expected);
});

test.each<[CallName, string]>([
  ["create", 'is "none"; if no request creates keys, set the whole contract to "dashboard"'],
  ["list", 'is "none", but recovery from an interrupted run needs list and revoke; set the request'],
  ["revoke", 'is "none", but recovery from an interrupted run needs list and revoke; set the request'],
  ["works", 'is "none", but it shows whether a key works; set a request such as "GET /merchant"'],
])('the call %s cannot be "none"', (name, reason) => {
  expect(problemsWith({ [name]: "none" })).toEqual([`contract.${name} ${reason}`]);
});

const own = "each request needs a different method or path";

test.each([
  [{ list: "GET /merchant" }, [`contract.list is the same request as works; ${own}`]],
  [{ works: "GET /api-keys" }, [`contract.works is the same request as list; ${own}`]],
  [{ reveal: "GET /api-keys/{id}" }, [`contract.reveal is the same request as get; ${own}`]],
  [
    { reveal: "POST /k/{id}", revoke: "POST /k/{id}" },
    [`contract.revoke is the same request as reveal; ${own}`],
  ],
  [{ get: "none", reveal: "none" }, []],
])("two calls cannot be the same: %j", (input, problems) => {
  expect(problemsWith(input)).toEqual(problems);
});

const header = 'write it like "Basic {key}"';
const printable = `contract.authorization has line ends or other characters outside printable ASCII; ${header}`;
const once = `contract.authorization does not have {key} exactly once; ${header}`;

test.each([
  ["", [`contract.authorization is empty; ${header}`]],
  [{}, [`contract.authorization is an object; ${header}`]],
  ["Basic", [once]],
  [5, [once]],
  ["Basic {key} {key}", [once]],
  ["Basic {key}\r\nX-Other: 1", [printable]],
  ["Basic\t{key}", [printable]],
  ["Bäsic {key}", [printable]],
  ["Basic\n", [printable, once]],
])("authorization %j is refused", (authorization, problems) => {
  expect(problemsWith({ authorization })).toEqual(problems);
});

const notAName = 'is not the name of a field; use at most 64 letters, digits, "_", "." or "-"';
const ownName = "give each field a different name";

test.each([
  ["x", ['contract.fields is a string; write { value: "key" }']],
  [[], ['contract.fields is an array; write { value: "key" }']],
  [{ id: "" }, ["contract.fields.id is empty; give the field's name"]],
  [{ id: null }, ["contract.fields.id is null; give the field's name"]],
  [{ id: ["a"] }, ["contract.fields.id is an array; give the field's name"]],
  [{ id: "a b" }, [`contract.fields.id ${notAName}`]],
  [{ id: "a/b" }, [`contract.fields.id ${notAName}`]],
  [{ id: "a\n" }, [`contract.fields.id ${notAName}`]],
  [{ id: "a".repeat(65) }, [`contract.fields.id ${notAName}`]],
  [{ name: "x", status: "x" }, [`contract.fields.status is also the name of name; ${ownName}`]],
  [{ name: "status" }, [`contract.fields.name is also the name of status; ${ownName}`]],
  [{ value: "id" }, [`contract.fields.value is also the name of id, which is not secret; ${ownName}`]],
  [{ id: "key" }, [`contract.fields.id is also the name of value, which is secret; ${ownName}`]],
  [{ redacted: "key" }, [`contract.fields.redacted is also the name of value, which is secret; ${ownName}`]],
  ...["redacted_key", "redactedKey"].map((value): [object, string[]] => [
    { value },
    [`contract.fields.value is also the name of redacted, which is not secret; ${ownName}`],
  ]),
  [
    { value: "x", redacted: "x" },
    [`contract.fields.redacted is also the name of value, which is secret; ${ownName}`],
  ],
])("fields %j is refused", (given, problems) => {
  expect(problemsWith({ fields: given })).toEqual(problems);
});

const word = "write PayEngine's word for this type";
const oneWord = "contract.types has the same word for both types; give each type a different word";

test.each([
  [5, ['contract.types is a number; write { public: "public", private: "private" }']],
  [{ public: "" }, [`contract.types.public is empty; ${word}`]],
  [
    { public: [], private: " " },
    [`contract.types.public is an array; ${word}`, `contract.types.private is empty; ${word}`],
  ],
  [{ public: "a", private: "a" }, [oneWord]],
  [{ public: 1, private: "1" }, [oneWord]],
  [{ public: "private" }, [oneWord]],
  [{ private: "public" }, [oneWord]],
])("types %j is refused", (types, problems) => {
  expect(problemsWith({ types })).toEqual(problems);
});

const status = 'write a status such as "revoked"';

test.each([
  [[], [`contract.revokedStatuses is empty; ${status}`]],
  ["", [`contract.revokedStatuses is empty; ${status}`]],
  [null, [`contract.revokedStatuses is null; ${status}`]],
  [{}, [`contract.revokedStatuses is an object; ${status}`]],
  [
    ["revoked", "", null],
    [`contract.revokedStatuses[1] is empty; ${status}`, `contract.revokedStatuses[2] is null; ${status}`],
  ],
])("revokedStatuses %j is refused", (revokedStatuses, problems) => {
  expect(problemsWith({ revokedStatuses })).toEqual(problems);
});
