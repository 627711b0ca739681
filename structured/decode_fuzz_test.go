package structured

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Any text is a value or an *OutputError, in each place in which it may come; a value,
// written again, fits what was asked for, and is found in the text by encoding/json.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		invoiceText, badInvoice, documentText, `{"value":[1,2]}`, `"{\"value\":\"red\"}"`, "```json\n{\"a\":1}\n```", "\uFEFF{}", "```", "``` ```",
		`{"value":{"value":1}}`, `[`, `null`, `1e400`, `"red"`, `{"a":1,"a":2}`, `"2026-03-01T12:00:00Z"`, `{"text":"a","count":1}`, "\xff", `{"value":1} x`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fuzzOne[invoice](t, text, nil)
		fuzzOne[[]line](t, text, nil)
		fuzzOne[map[string]int](t, text, nil)
		fuzzOne[color](t, text, nil)
		fuzzOne[*float64](t, text, nil)
		fuzzOne[time.Time](t, text, nil)
		fuzzOne[any](t, text, nil)
		fuzzOne[any](t, text, &Options{Schema: raw(`{"type":["array","string"],"maxItems":3,"minLength":2}`)})
	})
}

func fuzzOne[T any](t *testing.T, text string, options *Options) {
	p, err := newPlan[T](options)
	require.NoError(t, err)
	for _, resp := range []*azmistral.ChatResponse{says(text), calls(p.Name, text)} {
		value, err := Decode[T](resp, options)
		if err != nil {
			e, ok := errors.AsType[*OutputError](err)
			require.True(t, ok, "%v", err)
			require.NotEmpty(t, e.Problems)
			require.NotEmpty(t, e.Rule)
			require.Less(t, len(err.Error()), 1000)
			assert.Zero(t, value)
			_ = p.complaint(e)
			continue
		}
		written, err := json.Marshal(value)
		require.NoError(t, err)
		require.Empty(t, p.schema.Check(written), "%s, written again: %s", text, written)
		require.True(t, found[T](text, written), "%s is not in %s", written, text)
	}
}

// found looks for a value in a text the slow way: between any two bytes, as it stands
// or in strings.
func found[T any](text string, written []byte) bool {
	if len(text) > 120 {
		return true // too slow
	}
	for from := range len(text) {
		for to := from + 1; to <= len(text); to++ {
			var value T
			var inner string
			if json.Unmarshal([]byte(text[from:to]), &value) == nil {
				if again, err := json.Marshal(value); err == nil && string(again) == string(written) {
					return true
				}
			}
			if text[from] == '"' && json.Unmarshal([]byte(text[from:to]), &inner) == nil && found[T](inner, written) {
				return true
			}
		}
	}
	return false
}
