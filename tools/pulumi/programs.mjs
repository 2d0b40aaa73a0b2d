// @ts-check

const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * What is built with Go: from which module folder here, and the version it tells of itself. Without it
 * the CLI says "0.0.0-…" and the Automation API cannot read that.
 */
export const PROGRAMS = [
  {
    name: "pulumi-language-nodejs",
    module: "language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    ldflags: `-s -w -X ${VERSION_VARIABLE}=v3.65.0`,
  },
  {
    name: "pulumi",
    module: "cli",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ldflags: `-s -w -X ${VERSION_VARIABLE}=v3.216.0`,
  },
];

/** -v: a line for each package, which shows progress and ends the build if its reader is killed. */
export const BUILD_FLAGS = ["-v", "-mod=readonly", "-trimpath", "-buildvcs=false"];
