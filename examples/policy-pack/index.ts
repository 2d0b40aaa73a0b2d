import { PolicyPack, type ResourceValidation, type ResourceValidationArgs } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";

/** Names of stacks that count as production, such as "production", "prod" and "prod-eu". */
const PRODUCTION = /^prod/;

/** The resource types of the dynamic provider and of the native plugin. */
const KEY_TYPES = ["pulumi-nodejs:dynamic/payengine:ApiKey", "payengine:index:ApiKey"];

/** Policies see secrets in plain text. These messages name only the key and the fix. */
function ofProductionKeys(check: (key: ResourceValidationArgs) => string | undefined): ResourceValidation {
  return (resource, reportViolation) => {
    const isPrivateKey = KEY_TYPES.includes(resource.type) && resource.props.type === "private";
    if (!isPrivateKey || !PRODUCTION.test(pulumi.getStack())) return;
    const problem = check(resource);
    if (problem !== undefined) reportViolation(`ApiKey "${resource.name}" ${problem}`);
  };
}

new PolicyPack("payengine", {
  enforcementLevel: "mandatory",
  policies: [
    {
      name: "private-keys-are-protected",
      description: "In production, private keys are protected from replacement and destroy.",
      validateResource: ofProductionKeys(({ opts }) =>
        opts.protect ? undefined : "is not protected: give it the option { protect: true }",
      ),
    },
    {
      name: "private-keys-rotate",
      description: "In production, private keys rotate on a schedule.",
      validateResource: ofProductionKeys(({ props }) =>
        props.rotation?.period !== undefined
          ? undefined
          : 'does not rotate on a schedule: give it rotation: { period: "90d", overlap: "7d" }',
      ),
    },
  ],
});
