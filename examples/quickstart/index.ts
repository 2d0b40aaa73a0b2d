import * as payengine from "pulumi-payengine";

// For code that you hand out, such as a web page or a mobile app.
const storefront = new payengine.ApiKey("storefront", { type: "public" });

// For servers. PayEngine shows the value once; Pulumi stores it in the stack's encrypted state.
const checkout = new payengine.ApiKey("checkout", { type: "private" });

export const publicKey = storefront.token;
export const privateKey = checkout.token;
export const privateKeyId = checkout.keyId;
