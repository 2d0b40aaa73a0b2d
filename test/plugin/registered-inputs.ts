import * as pulumi from "@pulumi/pulumi";
import { ApiKey, type ApiKeyArgs } from "../../sdk";
import type { Wire } from "./plugin-client";

/** The inputs that a program's `ApiKey` registers and the engine passes to check, with new digits each time. */
export async function registeredInputs(args: ApiKeyArgs): Promise<Wire> {
  const registered: Wire[] = [];
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: ({ inputs, name }) => {
        registered.push(inputs as Wire);
        return { id: name, state: { ...inputs, token: "mocked" } };
      },
    },
    "shop",
    "prod",
    false,
  );
  const key = new ApiKey("checkout", args);
  await new Promise<unknown>((resolve) => key.urn.apply(resolve));
  return JSON.parse(JSON.stringify(registered[0]));
}

/** How the engine marks secrets between itself and providers. */
export const wireSecret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

/** Outputs as the engine passes them back later: secrets in plaintext. */
export function asStored(outputs: Wire): Wire {
  const { token } = outputs;
  if (typeof token !== "object" || token === null || !("value" in token)) return outputs;
  return { ...outputs, token: token.value as string };
}
