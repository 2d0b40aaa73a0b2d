//go:build tools

// Package tools names the linter for workflow files that go.mod and go.sum pin, so that `go mod tidy` keeps it.
package tools

import _ "github.com/rhysd/actionlint/cmd/actionlint"
