import * as payengine from "pulumi-payengine";

// For code that is handed out: a web page, a mobile app.
const storefront = new payengine.ApiKey("storefront", { type: "public" });

// For servers. PayEngine shows its value once; it goes straight into the stack's encrypted state.
const checkout = new payengine.ApiKey("checkout", { type: "private" });

export const publicKey = storefront.token;
export const privateKey = checkout.token;
export const privateKeyId = checkout.keyId;
