// Command sdk-generator writes the SDKs of a Pulumi package, in each language, from the package's schema.
//
//	sdk-generator SCHEMA FOLDER
//
// FOLDER gets a folder for each language. The same schema always gives the same files.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// tool is what the files name as their maker.
const tool = "pulumi-payengine"

type files = map[string][]byte

// Each generator changes the package that it is given, so each gets its own.
var generators = map[string]func(*schema.Package) (files, error){
	"python": func(p *schema.Package) (files, error) {
		return python.GeneratePackage(tool, p, nil, nil)
	},
	"nodejs": func(p *schema.Package) (files, error) {
		return nodejs.GeneratePackage(tool, p, nil, nil, false, nil)
	},
	"go": func(p *schema.Package) (files, error) {
		return gogen.GeneratePackage(tool, p, nil)
	},
	"dotnet": func(p *schema.Package) (files, error) {
		return dotnet.GeneratePackage(tool, p, nil, nil)
	},
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "Usage: sdk-generator SCHEMA FOLDER")
		os.Exit(2)
	}
	// The .NET generator downloads the package's logo: it gets one from here, and nothing is sent.
	http.DefaultTransport = plainLogo{}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(schemaFile, folder string) error {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	for language, generator := range generators {
		pkg, err := read(text)
		if err != nil {
			return fmt.Errorf("%s: %w", schemaFile, err)
		}
		made, err := generator(pkg)
		if err != nil {
			return fmt.Errorf("%s: %w", language, err)
		}
		if err := write(filepath.Join(folder, language), made); err != nil {
			return err
		}
	}
	return nil
}

func read(text []byte) (*schema.Package, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, nil, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	// Warnings count too: they are what is wrong with the documentation.
	if len(diagnostics) > 0 {
		return nil, diagnostics
	}
	return pkg, nil
}

func write(folder string, made files) error {
	for name, content := range made {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// plainLogo answers every request with an empty picture.
type plainLogo struct{}

func (plainLogo) RoundTrip(request *http.Request) (*http.Response, error) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&picture), Request: request}, nil
}
