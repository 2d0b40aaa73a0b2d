import type { Entry, Header } from "har-format";
import { changed, header, learnFrom, UsualRecording, undecided } from "./learn-harness";

let usual: UsualRecording;
beforeAll(async () => {
  usual = await UsualRecording.open();
});
afterAll(() => usual.close());

function withHeaders(entries: readonly Entry[], ...headers: Header[]): Entry[] {
  return changed(entries, () => ({ headers }));
}

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLWEtdG9rZW4";
const PEOPLE =
  'a signed-in person sent these requests, so only people are known to create keys in this account → use the contract "dashboard": people create the keys, ' +
  "and you adopt them (see docs/dashboard.md)";

test.each([
  ["a cookie", [header("cookie", "session=0123456789")], "a cookie"],
  ["a cookie and a CSRF token", [header("Cookie", "a=b"), header("x-csrf-token", "0123456789")], "a cookie"],
  ["a JSON web token", [header("authorization", `Bearer ${JWT}`)], "a JSON web token (Bearer eyJ…)"],
  ["a JSON web token in its own header", [header("x-auth-token", JWT)], "a JSON web token in x-auth-token"],
])("a console that signs in by %s needs the contract dashboard", (_how, headers, by) => {
  const learned = learnFrom(withHeaders(usual.entries, ...headers));
  expect(learned).toMatchObject({
    contract: "dashboard",
    commands: [expect.stringContaining("payengine:apiUrl"), "pulumi config set payengine:contract dashboard"],
    seenCommands: [expect.stringContaining("payengine:apiUrl")],
  });
  expect(undecided(learned)).toEqual([`not sure authorization: ${by}: ${PEOPLE}`]);
});

test("a console that signs in by a token of its own needs the contract dashboard", () => {
  const token = "opaque-0123456789-session";
  const entries = withHeaders(usual.entries, header("authorization", `Bearer ${token}`));
  const [first] = entries;
  const signIn: Entry = {
    ...first,
    request: {
      ...first.request,
      method: "POST",
      url: `${usual.url}/user/auth`,
      headers: [],
      postData: { mimeType: "application/json", text: '{"email":"a@b.example","password":"p"}' },
    },
    response: {
      ...first.response,
      content: {
        size: 1,
        mimeType: "application/json",
        text: JSON.stringify({ token, email: "a@b.example" }),
      },
    },
  };
  const learned = learnFrom([signIn, ...entries]);
  expect(learned.contract).toBe("dashboard");
  expect(undecided(learned)).toEqual([`not sure authorization: the Bearer token of a sign-in: ${PEOPLE}`]);
});

const UNSUPPORTED =
  "if private keys are sent this way, payengine:contract cannot express this: do not create keys in this account yet, and open an " +
  "issue of the project with this output (it has no values)";

test.each([
  [
    "a browser removed all authorization",
    [],
    'not seen authorization: the recording has no Authorization header and no cookie, so "Basic {key}" is assumed; browsers leave them ' +
      'out of a sanitized HAR → in Chrome, turn on Settings, Network, "Allow to generate HAR with sensitive data", and export again; or ' +
      "run `npx pulumi-payengine doctor`, which shows whether a private key may send these requests",
  ],
  [
    "the key is in its own header",
    [header("x-api-key", "0123456789abcdef")],
    `not sure authorization: the header x-api-key, which is not supported → ${UNSUPPORTED}`,
  ],
  [
    "a user name and a password are sent",
    [header("authorization", `Basic ${Buffer.from("admin:secret").toString("base64")}`)],
    `not sure authorization: a user name and a password (Basic), which is not supported → ${UNSUPPORTED}`,
  ],
  [
    "the header has more parts",
    [header("authorization", "Signature keyId=a, signature=b")],
    `not sure authorization: an Authorization header of another form than a word and a token, which is not supported → ${UNSUPPORTED}`,
  ],
  [
    "the token is no private key",
    [header("authorization", "Token abcdefghijklmnop")],
    'not sure authorization: "Token {key}", but the token does not have the form of a private key → if it is a person\'s session, set ' +
      "payengine:contract to dashboard (see docs/dashboard.md)",
  ],
])("the authorization is undecided if %s", (_what, headers, said) => {
  expect(undecided(learnFrom(withHeaders(usual.entries, ...headers)))).toEqual([said]);
});

test("a key that is sent without a word before it is found", () => {
  const learned = learnFrom(withHeaders(usual.entries, header("authorization", usual.credential)));
  expect([learned.contract, undecided(learned)]).toEqual([{ authorization: "{key}" }, []]);
});
