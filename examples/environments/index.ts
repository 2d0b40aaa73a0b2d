import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

// Pulumi.<stack>.yaml holds each environment's settings, and the account that it is pinned to.
const config = new pulumi.Config();
const isProduction = pulumi.getStack() === "production";

const checkout = new payengine.ApiKey(
  "checkout",
  {
    type: "private",
    rotation: { period: config.require("rotateEvery"), overlap: config.require("overlap") },
  },
  // In production, a destroy or a change that replaces the key fails.
  { protect: isProduction },
);

export const checkoutKey = checkout.token;
// Undefined between rotations. The object avoids Pulumi's warning about undefined stack outputs.
export const previous = { checkoutKey: checkout.previousToken };
export const keyId = checkout.keyId;
export const rotatesAt = checkout.rotateAt;
