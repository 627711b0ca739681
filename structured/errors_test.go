package structured

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is private in an answer is not in the line, but for a short beginning of the
// value that is wrong.
func TestErrorIsShort(t *testing.T) {
	long := strings.Repeat("secret ", 100)
	for name, text := range map[string]string{
		"prose":              long,
		"broken":             `{"text":"` + long,
		"a long text":        `{"text":"a","count":"` + long + `"}`,
		"a long name":        `{"text":"a","count":1,"` + long + `":1}`,
		"many lines":         "{\"text\":\"a\nb\"}",
		"a list":             `[` + strings.Repeat(`"secret",`, 1000) + `1]`,
		"everything is more": `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11}`,
		"not UTF-8":          "{\"text\":\"\xff\xfe\",\"count\":\"\xff\"}",
	} {
		resp := says(text)
		resp.Choices[0].FinishReason = azmistral.FinishReason(strings.Repeat("stop\n", 50))
		resp.Info.RequestID = strings.Repeat("r\n", 200)
		_, err := Decode[line](resp, nil)
		e, ok := errors.AsType[*OutputError](err)
		require.True(t, ok, name)
		line := err.Error()
		assert.Less(t, len(line), 600, "%s: %s", name, line)
		assert.NotContains(t, line, "\n", name)
		assert.LessOrEqual(t, strings.Count(line, "secret"), 12, "%s: %s", name, line)
		assert.Equal(t, text, e.Text, "%s: whole in the field", name)
	}
}

func TestClip(t *testing.T) {
	assert.Equal(t, "a b c", clip(" a\n b\t\r\nc ", 5))
	assert.Equal(t, "a\uFFFD", clip("a\xff", 10))
	assert.Equal(t, "aé…", clip("aéé", 4))
}

func TestErrorChain(t *testing.T) {
	_, err := Decode[line](ended(azmistral.Assistant(`{`), azmistral.FinishLength), nil)
	wrapped := fmt.Errorf("reading: %w", err)
	assert.ErrorIs(t, wrapped, ErrLength)
	e, ok := errors.AsType[*OutputError](wrapped)
	require.True(t, ok)
	assert.Equal(t, "{", e.Text)
	assert.Empty(t, new(OutputError).Unwrap())
	assert.Equal(t, "structured: the answer is no ", new(OutputError).Error(), "even of an error that nobody made")
}

func TestProblemString(t *testing.T) {
	assert.Equal(t, "a.b must be true", Problem{"a.b", "const", "must be true"}.String())
	assert.Equal(t, "the value must be true", Problem{"", "const", "must be true"}.String())
	assert.Equal(t, "the answer has no text", Problem{"", "empty", "the answer has no text"}.String())
}

func TestDefaultName(t *testing.T) {
	name := func(p *plan, err error) string {
		require.NoError(t, err)
		return p.Name
	}
	assert.Equal(t, "invoice", name(newPlan[invoice](nil)))
	assert.Equal(t, "invoice", name(newPlan[*invoice](nil)))
	assert.Equal(t, "pair", name(newPlan[pair[string]](nil)))
	assert.Equal(t, "answer", name(newPlan[[]invoice](nil)))
	assert.Equal(t, "answer", name(newPlan[int](nil)))
	assert.Equal(t, "answer", name(newPlan[struct{}](nil)))
	assert.Equal(t, "Gr__e", name(newPlan[Größe](nil)))
	assert.Equal(t, "aNameThatIsLongerThanTheSixtyFourBytesThatServicesTakeForOneOrMo", name(newPlan[aNameThatIsLongerThanTheSixtyFourBytesThatServicesTakeForOneOrMore](nil)))
	assert.Equal(t, "mine", name(newPlan[int](&Options{Name: "mine"})))
	assert.Equal(t, "itself", name(newPlan[**itself](&Options{Schema: raw(`{}`)})), "a pointer without end")
}

type (
	itself *itself

	Größe int

	aNameThatIsLongerThanTheSixtyFourBytesThatServicesTakeForOneOrMore struct{}
)
