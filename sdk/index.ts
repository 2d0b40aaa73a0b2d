export { ApiKey } from "./api-key";
export type { AdoptArgs, ApiKeyArgs, KeyType, RotationArgs } from "./api-key-args";
export { Provider, type ProviderArgs } from "./provider";
