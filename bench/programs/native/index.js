const payengine = require("./payengine.cjs");

const { count, rotating, trigger } = require("./keys.json");
for (let number = 0; number < count; number++) {
  new payengine.ApiKey(`key-${number}`, {
    type: "private",
    ...(rotating && { rotation: { triggers: { number: trigger }, overlap: "1h" } }),
  });
}
