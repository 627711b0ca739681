package azmistral_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	thisModule = "github.com/azmistral/azmistral"
	azcoreSDK  = "github.com/Azure/azure-sdk-for-go/sdk/azcore"
	jsonschema = "github.com/google/jsonschema-go"
)

// internals may import the standard library only.
var internals = []string{"internal/route", "internal/sse", "internal/jsonscan", "internal/errbody", "internal/partial"}

// imports says what each package may import besides the standard library: packages
// of this module by their folder, others by their path, with all below it. Imports
// go downward only. A package that is missing here needs a decision.
var imports = map[string][]string{
	"":                {azcoreSDK, "limit", "internal/route", "internal/sse", "internal/jsonscan", "internal/errbody"},
	"azmistraltest":   {"", azcoreSDK},
	"limit":           {},
	"pool":            {"", azcoreSDK},
	"internal/schema": {jsonschema},
	"media":           {""},
	"prefix":          {""},
	"structured":      {"", "internal/schema", "internal/partial"},
	"tools":           {"", "internal/schema"},
}

func TestImports(t *testing.T) {
	lines := goList(t, "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...")
	standard := goList(t, "std")
	seen := map[string]bool{}
	for _, line := range lines {
		words := strings.Fields(line)
		name := folder(words[0])
		if name == "examples" || strings.HasPrefix(name, "examples/") {
			continue // they may import anything
		}
		seen[name] = true
		allowed, known := imports[name]
		known = known || slices.Contains(internals, name)
		assert.True(t, known, "package %s has no row in the table of imports", name)
		for _, path := range words[1:] {
			ok := slices.Contains(standard, path) || slices.ContainsFunc(allowed, func(may string) bool {
				return strings.HasPrefix(path, thisModule) && folder(path) == may ||
					may != "" && (path == may || strings.HasPrefix(path, may+"/"))
			})
			assert.True(t, ok, "%s imports %s", words[0], path)
		}
	}
	for _, name := range []string{"", "azmistraltest", "media", "prefix", "structured", "tools"} {
		assert.True(t, seen[name], "package %q is gone", name)
	}
}

// What a program gets that imports the root: azcore, and what that needs. Schemas
// come only with the packages that make them.
func TestModules(t *testing.T) {
	base := []string{
		azcoreSDK,
		"github.com/Azure/azure-sdk-for-go/sdk/internal",
		thisModule,
		"golang.org/x/net",
		"golang.org/x/text",
	}
	withSchemas := append([]string{jsonschema}, base...)
	for name, want := range map[string][]string{
		".": base, "./azmistraltest": base, "./media": base, "./prefix": base,
		"./structured": withSchemas, "./tools": withSchemas,
	} {
		modules := goList(t, "-deps", "-f", `{{with .Module}}{{.Path}}{{end}}`, name)
		slices.Sort(modules)
		slices.Sort(want)
		assert.Equal(t, want, slices.Compact(modules), name)
	}
	assert.NotContains(t, goList(t, "-deps", "./azmistraltest"), "testing", "azmistraltest must not bring flags of testing into a program")
}

// public are the folders of the packages that users import.
var public = []string{".", "azmistraltest", "media", "prefix", "structured", "tools"}

// Godoc does not show what an alias of an internal type is.
func TestNoInternalAliases(t *testing.T) {
	for _, dir := range public {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() {
					assert.False(t, spec.Assign.IsValid() && isInternal(file, spec.Type), "%s: %s is an alias of an internal type", name, spec.Name)
				}
				return true
			})
		}
	}
}

// isInternal says whether a type is one of an internal package's.
func isInternal(file *ast.File, t ast.Expr) bool {
	selector, ok := t.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, _ := selector.X.(*ast.Ident)
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		return from != nil && name == from.Name && strings.Contains(path, "/internal/")
	})
}

// A program with one call weighs little more than the same call over azcore alone.
func TestSize(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: two programs would be linked")
	}
	const limit = 700_000
	weigh := func(name string) int64 {
		program := filepath.Join(t.TempDir(), name)
		output, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, "./testdata/size/"+name).CombinedOutput()
		require.NoError(t, err, "%s", output)
		info, err := os.Stat(program)
		require.NoError(t, err)
		return info.Size()
	}
	watchSources(t)
	azcore, azmistral := weigh("azcore"), weigh("azmistral")
	t.Logf("azcore alone %d bytes, azmistral %d, difference %d", azcore, azmistral, azmistral-azcore)
	assert.LessOrEqual(t, azmistral-azcore, int64(limit))
}

// folder is a package's folder in this module: "" for the root.
func folder(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, thisModule), "/")
}

// goList gives the lines of go list that are not empty.
func goList(t *testing.T, arguments ...string) []string {
	watchSources(t)
	output, err := exec.Command("go", append([]string{"list"}, arguments...)...).Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

// watchSources looks at every source file, so that the cache of go test knows what
// the go command of a test depends on.
func watchSources(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(path, ".go") || entry.Name() == "go.mod") {
			_, err = os.Stat(path)
		}
		return err
	})
	require.NoError(t, err)
}
