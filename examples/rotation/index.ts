import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

const config = new pulumi.Config();

const checkout = new payengine.ApiKey("checkout", {
  type: "private",
  rotation: {
    period: "90d",
    // To rotate now: `pulumi config set rotation 2`, then `pulumi up`.
    triggers: { rotation: config.get("rotation") ?? "1" },
    overlap: config.get("overlap") ?? "7d",
  },
});

export const token = checkout.token;
// The previous key, which works until the overlap ends. Empty between rotations.
export const previous = { token: checkout.previousToken, worksUntil: checkout.previousRevokeAt };
