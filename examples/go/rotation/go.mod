module payengine-rotation

go 1.24

require (
	github.com/pulumi-payengine/pulumi-payengine/sdk/go/payengine v0.1.0
	github.com/pulumi/pulumi/sdk/v3 v3.216.0
)

// The SDK, unpacked from the release.
replace github.com/pulumi-payengine/pulumi-payengine/sdk/go/payengine => ./sdk
