// Preloaded by NODE_OPTIONS into the processes that Pulumi starts. Changes nothing for the provider but its clock.
const { writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

// Marks the plugins that have loaded the provider: one that has not runs none of its code, and Pulumi itself never
// ends it when the CLI is killed.
const load = Module._load;
Module._load = (request, ...rest) => {
  if (request === "pulumi-payengine/provider") {
    writeFileSync(join(process.env.TMPDIR ?? "", `provider-${process.pid}`), "");
  }
  return load(request, ...rest);
};

// The provider's clock shows what the user's would some minutes later: a test sees what `up` does once lost requests
// can no longer take effect, without waiting for it.
const offset = Number(process.env.PAYENGINE_TEST_LATER_MS ?? 0);
if (offset > 0) {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      super(...(args.length === 0 ? [RealDate.now() + offset] : args));
    }

    static now() {
      return RealDate.now() + offset;
    }
  };
}
