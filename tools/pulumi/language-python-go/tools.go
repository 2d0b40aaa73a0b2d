//go:build tools

// Package tools names the programs that go.mod and go.sum pin, so that `go mod tidy` keeps them.
package tools

import (
	_ "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go"
	_ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
)
