/** The type of the resource `ApiKey`, as programs register it and state has it. */
export const API_KEY_TYPE = "pulumi-nodejs:dynamic/payengine:ApiKey";

/** The same resource of the native plugin, which every language can use. */
export const NATIVE_API_KEY_TYPE = "payengine:index:ApiKey";

/** The type of the native plugin's providers in state. */
export const NATIVE_PROVIDER_TYPE = "pulumi:providers:payengine";
