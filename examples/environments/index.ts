import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

// What differs between environments stands in Pulumi.<stack>.yaml, with the account that each one is pinned to.
const config = new pulumi.Config();
const isProduction = pulumi.getStack() === "production";

const checkout = new payengine.ApiKey(
  "checkout",
  {
    type: "private",
    rotation: { period: config.require("rotateEvery"), overlap: config.require("overlap") },
  },
  // A destroy, or a change that would replace the key, fails in production.
  { protect: isProduction },
);

export const checkoutKey = checkout.token;
// In an object, since Pulumi warns of a stack output that is undefined, as this is between rotations.
export const previous = { checkoutKey: checkout.previousToken };
export const keyId = checkout.keyId;
export const rotatesAt = checkout.rotateAt;
