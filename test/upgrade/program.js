const payengine = require("pulumi-payengine");

/** What a state is recorded with, and what a later version must work with. */
const { trigger } = require("./change.json");
new payengine.ApiKey("plain", {
  type: "private",
  ...(trigger > 0 && { rotation: { triggers: { number: trigger }, overlap: "1h" } }),
});
new payengine.ApiKey("public", { type: "public" });
new payengine.ApiKey("rotated", {
  type: "private",
  verify: { timeout: "10s" },
  rotation: { period: "3650d", overlap: "3649d", triggers: { number: 2 } },
});
