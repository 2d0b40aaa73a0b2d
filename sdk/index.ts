export { ApiKey, type ApiKeyArgs, type KeyType, type RotationArgs } from "./api-key";
export { Provider, type ProviderArgs } from "./provider";
