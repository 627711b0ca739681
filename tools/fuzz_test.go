package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral/tools"
)

// Whatever a model writes, a handler gets what encoding/json reads of it without
// unknown names, or the model gets a line that says what is wrong.
func FuzzCall(f *testing.F) {
	type in struct {
		A string   `json:"a"`
		B []int    `json:"b,omitempty"`
		C *float64 `json:"c"`
	}
	for _, arguments := range []string{
		``, ` `, `{}`, `{"a":"x"}`, `{"a":"x","b":[1,2.0],"c":null}`, `"{\"a\":\"x\"}"`, `"\"{}\""`, `[{"a":"x"}]`, `{"a":"x"}{`, "```json\n{\"a\":\"x\"}```", `{"a":"x","A":"y"}`, `{"a":"x","a":"y"}`,
	} {
		f.Add(arguments)
	}
	f.Fuzz(func(t *testing.T, arguments string) {
		var got *in
		tool, err := tools.For("f", "", func(_ context.Context, value in) (string, error) { got = &value; return "done", nil })
		require.NoError(t, err)
		result, err := tool.Call(t.Context(), arguments)
		if wrong, ok := errors.AsType[*tools.ArgumentsError](err); ok {
			assert.Nil(t, got)
			assert.NotEmpty(t, wrong.Problems)
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		require.NoError(t, err)
		assert.Equal(t, "done", result)
		text := strings.TrimSpace(arguments)
		if strings.HasPrefix(text, `"`) {
			require.NoError(t, json.Unmarshal([]byte(text), &text))
		}
		var want in
		strict := json.NewDecoder(strings.NewReader(text))
		strict.DisallowUnknownFields()
		require.NoError(t, strict.Decode(&want))
		assert.True(t, reflect.DeepEqual(&want, got), "%+v, not %+v", got, want)
	})
}

func BenchmarkFor(b *testing.B) {
	for b.Loop() {
		if _, err := tools.For("f", "", func(context.Context, Place) (string, error) { return "", nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCall(b *testing.B) {
	tool, err := tools.For("f", "", func(context.Context, Place) (string, error) { return "", nil })
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := tool.Call(b.Context(), `{"city":"Paris","unit":"celsius"}`); err != nil {
			b.Fatal(err)
		}
	}
}
