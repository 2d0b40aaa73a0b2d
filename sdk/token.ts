import * as pulumi from "@pulumi/pulumi";

/**
 * The token as the program gets it: never an undefined one.
 *
 * A key that `--target` leaves out before it is made has no id, and its token is unknown: the engine refuses whatever it is
 * to make or change with it. A key in state whose token is missing is refused here, since the engine would hand it on.
 */
export function demandedToken(
  name: string,
  id: pulumi.Output<string>,
  token: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
  const isPreview = pulumi.runtime.isDryRun();
  const demanded = pulumi.all([id, token]).apply(([, value]) => {
    if (value === undefined && !isPreview) {
      throw new pulumi.RunError(
        `ApiKey "${name}" has no token yet: run \`pulumi up\` for it, without --target or with it among the targets; to ` +
          "destroy, run `pulumi destroy` without --run-program",
      );
    }
    return value as string;
  });
  return isPreview ? demanded : nullWhereUnknown(demanded);
}

/**
 * In an update, a stack output of an unknown value shows the engine's mark for it, which a consumer would take for the
 * value. What `apply` makes of it, as it does for stack outputs, is null instead: an undefined input of a resource would
 * lose its dependency on the key.
 */
function nullWhereUnknown<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  const { isKnown } = output as unknown as { readonly isKnown: Promise<boolean> };
  return skippingUnless(isKnown, output);
}

function skippingUnless<T>(isKnown: Promise<boolean>, output: pulumi.Output<T>): pulumi.Output<T> {
  type Apply = (step: (value: unknown) => unknown, runWithUnknowns: boolean) => pulumi.Output<unknown>;
  const apply: Apply = output.apply.bind(output);
  const skipping = (step: (value: unknown) => unknown) =>
    skippingUnless(
      isKnown,
      apply(async (value) => ((await isKnown) ? step(value) : null), true),
    );
  return Object.assign(output, { apply: skipping });
}
