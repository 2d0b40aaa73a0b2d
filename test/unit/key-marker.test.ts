import { contradictedHost } from "../../provider/payengine/key-marker";

const PRODUCTION = "https://console.payengine.co/api";
const SANDBOX = "https://console.payengine.dev/api";

test.each([
  ["pk_test_abc", PRODUCTION, "console.payengine.co, which is production"],
  ["pk_dev_abc", PRODUCTION, "console.payengine.co, which is production"],
  ["pk_prod_abc", SANDBOX, "console.payengine.dev, which is PayEngine's sandbox"],
])("%s from %s has the wrong prefix", (key, apiUrl, said) => {
  expect(contradictedHost(key, apiUrl)).toContain(said);
  expect(contradictedHost(key, apiUrl)).not.toContain("abc");
});

test.each([
  ["pk_prod_abc", PRODUCTION],
  ["pk_test_abc", SANDBOX],
  ["pk_live_abc", PRODUCTION],
  ["pk_test_abc", "https://pay.example.com/api"],
])("%s from %s has the right prefix", (key, apiUrl) => {
  expect(contradictedHost(key, apiUrl)).toBeUndefined();
});
