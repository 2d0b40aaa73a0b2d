import * as pulumi from "@pulumi/pulumi";
import * as payengine from "pulumi-payengine";

const config = new pulumi.Config();

const checkout = new payengine.ApiKey("checkout", {
  type: "private",
  rotation: {
    period: "90d",
    // `pulumi config set rotation 2` rotates now.
    triggers: { rotation: config.get("rotation") ?? "1" },
    overlap: config.get("overlap") ?? "7d",
  },
});

export const token = checkout.token;
// The key before it, as long as it works: consumers have the overlap to move over. Between rotations it is empty.
export const previous = { token: checkout.previousToken, worksUntil: checkout.previousRevokeAt };
