import type { ApiKeyState } from "./api-key/schema";
import type { ConfigValues } from "./config";

/**
 * How to pin the account, by the account or merchant ID in state. Not by a key ID, which changes with the key.
 *
 * @returns undefined if the account is pinned.
 */
export function howToPin(
  { provider, accountId: pin }: ConfigValues,
  { accountId, merchantId }: ApiKeyState,
): string | undefined {
  if (pin !== undefined) return undefined;
  const id = accountId ?? merchantId;
  const own = provider === undefined ? "" : ` for the provider "${provider}"`;
  const line =
    provider === undefined
      ? `run \`pulumi config set payengine:accountId ${id}\``
      : `set accountId: "${id}" on it in the program`;
  const how = id === undefined ? "run `npx pulumi-payengine doctor`, which prints the command" : line;
  return (
    `info: payengine:accountId is not set${own}, so a credential of another account may go unnoticed, for example in ` +
    `\`pulumi up --replace\`. To pin the account, ${how}.`
  );
}
