import { ServiceKeys } from "./service-keys";

const shop = new ServiceKeys("shop", { hasClient: true });
const refunds = new ServiceKeys("refunds", { rotateEvery: "30d" });

export const shopPublicKey = shop.publicKey;
export const shopPrivateKey = shop.privateKey;
export const refundsPrivateKey = refunds.privateKey;
