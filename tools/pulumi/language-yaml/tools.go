//go:build tools

// Package tools names the program that go.mod and go.sum pin, so that `go mod tidy` keeps them.
package tools

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
