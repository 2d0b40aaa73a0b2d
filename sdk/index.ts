import { hideValuesFromDebugLog } from "./debug-log";

export { ApiKey } from "./api-key";
export type { AdoptArgs, ApiKeyArgs, RotationArgs, VerifyArgs } from "./api-key-args";
export type { ApiKeyOutputs } from "./api-key-outputs";
export type { ContractArgs, ContractFields, ContractTypes } from "./contract-args";
export {
  type ApiKeyInfo,
  type GetApiKeyArgs,
  getApiKey,
  getApiKeyOutput,
  type ListApiKeysArgs,
  type LookupOptions,
  listApiKeys,
  listApiKeysOutput,
} from "./lookups";
export { Provider, type ProviderArgs } from "./provider";

hideValuesFromDebugLog();
