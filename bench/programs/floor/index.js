const { randomBytes } = require("node:crypto");
const pulumi = require("@pulumi/pulumi");

/** As long as the text of pulumi-payengine's resource. */
const PROVIDER = `exports.handler=()=>require("payengine-floor")`.padEnd(129);

/** Says what pulumi-payengine's resource says, with the same outputs, so that state is of equal size, and knows nothing of PayEngine. */
class FloorKey extends pulumi.CustomResource {
  constructor(name, args) {
    const outputs = { uniqueName: undefined, name: undefined, keyId: undefined, token: undefined };
    const more = { redactedToken: undefined, fingerprint: undefined, createdAt: undefined };
    const last = {
      accountId: undefined,
      merchantId: undefined,
      generation: undefined,
      pendingAction: undefined,
    };
    const times = { rotateAt: undefined, rotatedAt: undefined, verify: undefined, rotation: undefined };
    const previous = { previousKeyId: undefined, previousToken: undefined, previousRevokeAt: undefined };
    const shown = { previousRedactedToken: undefined, previousFingerprint: undefined };
    const uniqueName = `${pulumi.getProject()}-${pulumi.getStack()}-${name}-${randomBytes(5).toString("hex")}`;
    super(
      "pulumi-nodejs:dynamic/payengine:ApiKey",
      name,
      {
        ...outputs,
        ...more,
        ...last,
        ...times,
        ...previous,
        ...shown,
        uniqueName,
        ...args,
        __provider: PROVIDER,
      },
      { additionalSecretOutputs: args.rotation ? ["token", "previousToken"] : ["token"] },
    );
  }
}

const { count, rotating, trigger } = require("./keys.json");
for (let number = 0; number < count; number++) {
  new FloorKey(`key-${number}`, {
    type: "private",
    ...(rotating && { rotation: { triggers: { number: trigger }, overlap: "1h" } }),
  });
}
