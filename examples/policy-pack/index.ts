import { PolicyPack, type ResourceValidation, type ResourceValidationArgs } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";

/** The stacks that count as production, by their names: "production", "prod", "prod-eu". */
const PRODUCTION = /^prod/;

/** A policy sees secrets in the clear: these messages name the key and the fix, and no value. */
function ofProductionKeys(check: (key: ResourceValidationArgs) => string | undefined): ResourceValidation {
  return (resource, reportViolation) => {
    const isPrivateKey =
      resource.type === "pulumi-nodejs:dynamic/payengine:ApiKey" && resource.props.type === "private";
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
      description: "In production, no change and no destroy removes a private key by mistake.",
      validateResource: ofProductionKeys(({ opts }) =>
        opts.protect ? undefined : "is not protected: give it the option { protect: true }",
      ),
    },
    {
      name: "private-keys-rotate",
      description: "In production, private keys rotate by the clock.",
      validateResource: ofProductionKeys(({ props }) =>
        props.rotation?.period !== undefined
          ? undefined
          : 'does not rotate by the clock: give it rotation: { period: "90d", overlap: "7d" }',
      ),
    },
  ],
});
