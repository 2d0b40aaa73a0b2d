/** The type of the resource `ApiKey`, as programs register it and state has it. */
export const API_KEY_TYPE = "pulumi-nodejs:dynamic/payengine:ApiKey";
