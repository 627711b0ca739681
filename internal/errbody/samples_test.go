package errbody

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exchange is one recorded exchange, as far as it matters here.
type exchange struct {
	ID        string
	Family    string
	Operation string
	Request   struct{ Body any }
	Response  struct {
		Status  int
		Headers map[string]string
		Body    any
	}
}

// recorded returns the recorded exchanges that lie beside the repository.
func recorded(t *testing.T) []exchange {
	t.Helper()
	root, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(root)
		require.NotEqual(t, root, parent, "no go.mod above the test")
		root = parent
	}
	files, err := filepath.Glob(filepath.Join(root, "..", "shared", "wire-samples", "*", "*.json"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the recorded exchanges are not beside the repository (../shared/wire-samples)")
	}
	var all []exchange
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var one exchange
		require.NoError(t, json.Unmarshal(text, &one), file)
		all = append(all, one)
	}
	return all
}

func TestRecordedRefusals(t *testing.T) {
	n := 0
	for _, sample := range recorded(t) {
		if sample.Operation != "error" && sample.Response.Status < 400 {
			continue
		}
		n++
		t.Run(sample.ID, func(t *testing.T) {
			body, ok := sample.Response.Body.(string)
			require.True(t, ok)
			got := Parse([]byte(body))
			assert.NotEmpty(t, got.Message)

			var parsed struct {
				Code  any
				Error struct{ Code any }
			}
			if json.Unmarshal([]byte(body), &parsed) == nil {
				code := parsed.Error.Code
				if code == nil {
					code = parsed.Code
				}
				if code != nil {
					assert.Equal(t, fmt.Sprint(code), got.Code)
				} else {
					assert.Empty(t, got.Code)
				}
			}
			said := fmt.Sprintf("%+v", got)
			for _, echo := range echoed(body) {
				assert.NotContains(t, said, echo)
			}
			assert.NotContains(t, said, "input_value")
		})
	}
	assert.GreaterOrEqual(t, n, 20, "refusals among the recorded exchanges")
}

// echoed are the texts that a body repeats of the request, found the slow way.
func echoed(body string) []string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return nil
	}
	var texts []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				if text, ok := member.(string); ok && name == "input" {
					texts = append(texts, text)
				}
				walk(member)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		case string:
			if strings.HasPrefix(v, "{") {
				texts = append(texts, echoed(v)...)
			}
		}
	}
	walk(v)
	return texts
}

// No recorded answer, whole or streamed, is taken for an error.
func TestRecordedAnswers(t *testing.T) {
	n := 0
	for _, sample := range recorded(t) {
		body, ok := sample.Response.Body.(string)
		if !ok || sample.Response.Status != 200 || sample.Operation != "chat" && sample.Operation != "chat-stream" {
			continue
		}
		texts := []string{body}
		if sample.Operation == "chat-stream" {
			texts = nil
			for line := range strings.SplitSeq(body, "\n") {
				if data, ok := strings.CutPrefix(line, "data:"); ok {
					texts = append(texts, data)
				}
			}
		}
		for _, text := range texts {
			n++
			got, isError := Detect("", []byte(text))
			assert.False(t, isError, "%s: %.200s", sample.ID, text)
			assert.Zero(t, got)
		}
	}
	assert.GreaterOrEqual(t, n, 500, "answers and chunks among the recorded exchanges")
}
