import { contractLines, shellWord } from "../../cli/contract/contract-lines";
import { markerFinding } from "../../cli/doctor/list";

const publicKey = (marker: string) => ({ type: "public", value: `pk_${marker}_${"a1".repeat(16)}` });

test.each([
  ["https://console.payengine.dev/api", "prod", "console.payengine.dev, which is PayEngine's sandbox"],
  ["https://console.payengine.co/api", "test", "console.payengine.co, which is production"],
  ["https://console.payengine.co/api", "dev", "console.payengine.co, which is production"],
])("at %s, doctor warns about public keys with the marker %s", (apiUrl, marker, host) => {
  expect(markerFinding([publicKey(marker), publicKey(marker)], apiUrl)).toEqual([
    {
      check: "list: public keys",
      status: "warn",
      found: "2 keys listed as public are for another host",
      todo: `The public key begins with pk_${marker}_ but comes from ${host}. PayEngine's client packages choose their host by that prefix and will use another one. Check payengine:apiUrl.`,
    },
  ]);
});

test.each([
  ["https://console.payengine.dev/api", "test"],
  ["https://console.payengine.dev/api", "dev"],
  ["https://console.payengine.co/api", "prod"],
  ["https://pay.example.com/api", "test"],
  ["https://pay.example.com/api", "prod"],
])("at %s, doctor accepts public keys with the marker %s", (apiUrl, marker) => {
  expect(markerFinding([publicKey(marker)], apiUrl)).toEqual([]);
});

test("printed commands name the stack of --stack and turn a single status into a list", () => {
  const changes = [
    { path: "get", value: "none" },
    { path: "revokedStatuses", value: ["revoked", "off"] },
  ];
  expect(contractLines(changes, { stack: "acme/prod", current: '{"revokedStatuses":"revoked"}' })).toEqual([
    "pulumi config set --stack acme/prod --path payengine:contract.get none",
    "pulumi config rm --stack acme/prod --path payengine:contract.revokedStatuses",
    "pulumi config set --stack acme/prod --path 'payengine:contract.revokedStatuses[0]' revoked",
    "pulumi config set --stack acme/prod --path 'payengine:contract.revokedStatuses[1]' off",
  ]);
});

test.each([
  ["payengine:contract.get", "payengine:contract.get", "payengine:contract.get"],
  ["POST /api-keys/{id}", "'POST /api-keys/{id}'", '"POST /api-keys/{id}"'],
  ["payengine:contract.statuses[0]", "'payengine:contract.statuses[0]'", '"payengine:contract.statuses[0]"'],
  ["a,b", "a,b", '"a,b"'],
  // Only PowerShell can quote these.
  ["it's %PATH%", "'it'\\''s %PATH%'", "'it''s %PATH%'"],
  ["$(whoami)", "'$(whoami)'", "'$(whoami)'"],
])("a printed command gives %s to a shell as it is", (word, posix, windows) => {
  expect([shellWord(word, "linux"), shellWord(word, "darwin"), shellWord(word, "win32")]).toEqual([
    posix,
    posix,
    windows,
  ]);
});

test("doctor says to set an explicit provider's contract in the program", () => {
  const changes = [
    { path: "fields.id", value: "uuid" },
    { path: "fields.name", value: "label" },
    { path: "get", value: "none" },
  ];
  expect(contractLines(changes, { provider: "production" })).toEqual([
    'contract: {"fields":{"id":"uuid","name":"label"},"get":"none"}',
  ]);
});
