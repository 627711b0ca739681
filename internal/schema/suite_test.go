package schema

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// libraryDir is where the files of the schema library are.
func libraryDir(t testing.TB) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/jsonschema-go").Output()
	require.NoError(t, err)
	return filepath.Join(strings.TrimSpace(string(out)), "jsonschema")
}

// The official test suite of JSON Schema, which the library brings along: what is
// valid has no problems, what is not has some, in words of our own. Schemas that
// refer to other files, or by names instead of places, are refused.
func TestSuite(t *testing.T) {
	type suite []struct {
		Description string
		Schema      json.RawMessage
		Tests       []struct {
			Description string
			Data        json.RawMessage
			Valid       bool
		}
	}
	for draft, least := range map[string]int{"draft7": 700, "draft2020-12": 800} {
		files, err := filepath.Glob(filepath.Join(libraryDir(t), "testdata", draft, "*.json"))
		require.NoError(t, err)
		used, refused := 0, 0
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			var groups suite
			require.NoError(t, json.Unmarshal(data, &groups))
			for _, group := range groups {
				text := group.Schema
				if tree, _, _ := parse(text); draft == "draft7" {
					if o, ok := tree.(*object); ok {
						o.set("$schema", versions[0])
						text = appendValue(nil, o)
					}
				}
				s, err := Parse(text)
				if err != nil {
					refused++
					assert.Regexp(t, `there is no such place within the schema|refer to places within the schema`, err, group.Description)
					continue
				}
				for _, test := range group.Tests {
					used++
					name := strings.Join([]string{draft, filepath.Base(file), group.Description, test.Description}, ": ")
					found := s.Check(test.Data)
					assert.Equal(t, test.Valid, len(found) == 0, "%s: %v", name, found)
					value, _, err := parse(test.Data)
					require.NoError(t, err)
					explained := newExplainer(s.tree).explain(s.tree, value, "")
					if !strings.Contains(string(text), "unevaluated") {
						assert.Equal(t, test.Valid, len(explained) == 0, "%s: explained as %v", name, explained)
					}
				}
			}
		}
		assert.Greater(t, used, least, draft)
		assert.Less(t, refused, 60, draft)
	}
}
