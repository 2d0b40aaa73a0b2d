export { ApiKey, type ApiKeyArgs, type KeyType } from "./api-key";
export { Provider, type ProviderArgs } from "./provider";
