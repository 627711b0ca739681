package azmistral_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCheckMessagesAgainstSandbox wants the rules of CheckMessages and the sandbox's,
// which were written apart, to be the same. They differ on purpose in two things
// that conversation makes none of: parts of types that this package does not know,
// which only the service can judge, and parts that cannot be written.
func TestCheckMessagesAgainstSandbox(t *testing.T) {
	judges := newJudges(t)
	clean, refused := 0, 0
	for seed := range uint64(3000) {
		if judges.compare(t, seed) {
			clean++
		} else {
			refused++
		}
	}
	t.Logf("%d conversations taken, %d refused", clean, refused)
	assert.Greater(t, clean, 600, "too few to say anything")
	assert.Greater(t, refused, 600, "too few to say anything")
}

// Every route has its own envelope around the refusal; the first problem is named
// behind each, of a call and of a stream.
func TestRefusalNamesProblem(t *testing.T) {
	call := azmistral.ToolCall{ID: "call_1", Name: "f", Arguments: "{}"}
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	for _, route := range []azmistral.Route{
		azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1,
		azmistral.RouteDeployments, azmistral.RouteManaged, azmistral.RouteGitHub, azmistral.RouteGeneric,
	} {
		client, err := sandbox.Client(route, nil)
		require.NoError(t, err)
		for name, messages := range map[string][]azmistral.Message{
			"order": {azmistral.User("u"), azmistral.ToolResult(call, "r")},
			"id":    {azmistral.User("u"), {Role: azmistral.RoleAssistant, ToolCalls: []azmistral.ToolCall{{Name: "f"}}}, azmistral.ToolResult(call, "r")},
			"empty": {azmistral.User("u"), azmistral.Assistant(""), azmistral.User("u")},
		} {
			problem := azmistral.CheckMessages(messages)[0].String()
			_, whole := client.Chat(t.Context(), azmistral.ChatRequest{Messages: messages}, nil)
			_, streamed := client.ChatStream(t.Context(), azmistral.ChatRequest{Messages: messages}, nil)
			assert.ErrorContains(t, whole, problem, "%s, %s", route, name)
			assert.ErrorContains(t, streamed, problem, "%s, %s", route, name)
		}
	}
}

// The inference routes send text alone of an assistant's message: what is refused
// there and nowhere else is a caution. One service's refusal always has a problem.
func TestCheckMessagesOnInferenceRoutes(t *testing.T) {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	for _, route := range []azmistral.Route{azmistral.RouteModels, azmistral.RouteServerless} {
		client, err := sandbox.Client(route, nil)
		require.NoError(t, err)
		thought := azmistral.Message{Role: azmistral.RoleAssistant, Content: azmistral.Content{&azmistral.ThinkingPart{Text: "cut by MaxTok"}}}
		messages := []azmistral.Message{azmistral.User("u"), thought, azmistral.User("u")}
		_, err = client.Chat(t.Context(), azmistral.ChatRequest{Messages: messages}, nil)
		require.ErrorContains(t, err, "(3240)")
		require.ErrorContains(t, err, "messages[1]: the inference routes send only the text of an assistant message")

		for seed := range uint64(1000) {
			messages := conversation(rand.New(rand.NewPCG(seed, 12)))
			_, err := client.Chat(t.Context(), azmistral.ChatRequest{Messages: messages}, nil)
			if e, ok := errors.AsType[*azmistral.Error](err); ok && slices.Contains([]string{"3230", "3240", "3280"}, e.Code) {
				require.ErrorContains(t, err, "; messages", "%s, seed %d", route, seed)
			}
		}
	}
}

func FuzzCheckMessages(f *testing.F) {
	judges := newJudges(f)
	f.Add(uint64(1 << 40))
	f.Fuzz(func(t *testing.T, seed uint64) { judges.compare(t, seed) })
}

// judges are two strict services: today's, and one that refuses the user after a tool.
type judges struct{ today, lagging *azmistral.Client }

func newJudges(tb testing.TB) judges {
	make := func(options *azmistraltest.Options) *azmistral.Client {
		sandbox := azmistraltest.NewHandler(options)
		tb.Cleanup(sandbox.Close)
		client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
		require.NoError(tb, err)
		return client
	}
	return judges{make(nil), make(&azmistraltest.Options{RefuseUserAfterTool: true})}
}

// compare says whether the conversation of a seed is taken today.
func (j judges) compare(t *testing.T, seed uint64) bool {
	messages := conversation(rand.New(rand.NewPCG(seed, 12)))
	text := func() string { data, _ := json.Marshal(messages); return string(data) }
	problems := azmistral.CheckMessages(messages)
	bad := slices.IndexFunc(problems, func(p azmistral.MessageProblem) bool { return !p.Caution })
	lags := slices.ContainsFunc(problems, func(p azmistral.MessageProblem) bool { return p.Rule == azmistral.RuleUserAfterTool })
	require.True(t, slices.IsSortedFunc(problems, func(a, b azmistral.MessageProblem) int { return a.Index - b.Index }), "%v", problems)

	_, err := j.today.Chat(t.Context(), azmistral.ChatRequest{Messages: messages}, nil)
	require.Equal(t, bad >= 0, err != nil, "seed %d: %v\nproblems %v\n%s", seed, err, problems, text())
	if e, ok := errors.AsType[*azmistral.Error](err); ok {
		require.ErrorIs(t, err, azmistral.ErrInvalidRequest)
		if slices.Contains([]string{"3230", "3240", "3280"}, e.Code) {
			require.Contains(t, err.Error(), problems[bad].String())
		}
	}
	_, err = j.lagging.Chat(t.Context(), azmistral.ChatRequest{Messages: messages}, nil)
	require.Equal(t, bad >= 0 || lags, err != nil, "seed %d: %v\nproblems %v\n%s", seed, err, problems, text())
	return bad < 0
}

// conversation makes a conversation that keeps all rules, and then mostly breaks some.
func conversation(r *rand.Rand) []azmistral.Message {
	var messages []azmistral.Message
	if r.IntN(2) == 0 {
		messages = append(messages, azmistral.System("s"))
	}
	for range 1 + r.IntN(3) {
		messages = append(messages, azmistral.User("u", randomParts(r, false)...))
		for range r.IntN(3) {
			asking := randomAssistant(r)
			messages = append(messages, asking)
			for _, i := range r.Perm(len(asking.ToolCalls)) {
				messages = append(messages, azmistral.ToolResult(asking.ToolCalls[i], "r"))
			}
		}
	}
	if r.IntN(4) == 0 {
		messages = append(messages, azmistral.Message{Role: azmistral.RoleAssistant, Content: azmistral.Assistant("a").Content, Prefix: true})
	} else {
		messages = append(messages, azmistral.User("u"))
	}
	for range r.IntN(5) {
		messages = spoil(r, messages)
	}
	return messages
}

func randomAssistant(r *rand.Rand) azmistral.Message {
	m := azmistral.Assistant("a")
	if r.IntN(3) == 0 {
		m.Content = append(azmistral.Content{&azmistral.ThinkingPart{Text: "t"}}, m.Content...)
	}
	for range max(0, r.IntN(6)-2) {
		id := []string{"abcdefghi", "call_fiIg1Q8CQsmY3bqJiLpn", "toolu_01", "123456789", "chatcmpl-tool-9f149c74c42f265b", "a"}[r.IntN(6)]
		if !slices.ContainsFunc(m.ToolCalls, func(c azmistral.ToolCall) bool { return c.ID == id }) {
			m.ToolCalls = append(m.ToolCalls, azmistral.ToolCall{ID: id, Name: "f", Arguments: "{}", Index: len(m.ToolCalls)})
		}
	}
	return m
}

// randomParts gives none mostly, else parts of the sorts that the user may send, or of any sort.
func randomParts(r *rand.Rand, any bool) []azmistral.Part {
	if !any && r.IntN(3) > 0 {
		return nil
	}
	parts := []azmistral.Part{
		&azmistral.TextPart{Text: "a"}, &azmistral.TextPart{}, &azmistral.ImagePart{URL: "https://contoso.com/a.png"},
		&azmistral.DocumentPart{URL: "https://contoso.com/a.pdf"}, &azmistral.AudioPart{URL: "https://contoso.com/a.mp3"},
		&azmistral.FilePart{FileID: "9a90b93c-0e7d-4dd7-8520-07d051404d11"}, &azmistral.ReferencePart{IDs: []string{"1"}},
		&azmistral.ThinkingPart{Text: "t"}, (*azmistral.TextPart)(nil),
	}
	if !any {
		parts = parts[:7]
	}
	r.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
	return parts[:r.IntN(4)]
}

// spoil changes one thing, which may break a rule.
func spoil(r *rand.Rand, messages []azmistral.Message) []azmistral.Message {
	if len(messages) == 0 {
		return messages
	}
	at := r.IntN(len(messages))
	m := &messages[at]
	switch r.IntN(14) {
	case 0:
		return slices.Delete(messages, at, at+1)
	case 1:
		return messages[:at]
	case 2:
		return messages[at:]
	case 3:
		other := r.IntN(len(messages))
		messages[at], messages[other] = messages[other], messages[at]
	case 4:
		return slices.Insert(messages, at, messages[r.IntN(len(messages))])
	case 5:
		m.Role = []azmistral.Role{"", "developer", azmistral.RoleSystem, azmistral.RoleUser, azmistral.RoleAssistant, azmistral.RoleTool}[r.IntN(6)]
	case 6:
		m.Content = []azmistral.Content{nil, {}, azmistral.User("").Content}[r.IntN(3)]
	case 7:
		m.Content = randomParts(r, true)
	case 8:
		m.Prefix = !m.Prefix
	case 9:
		m.ToolCallID = []string{"", "null", "abcdefghi", "a"}[r.IntN(4)]
	case 10:
		m.Name = []string{"", "g", "a b"}[r.IntN(3)]
	case 11:
		m.ToolCalls = randomAssistant(r).ToolCalls
	default:
		if len(m.ToolCalls) == 0 {
			break
		}
		call := m.ToolCalls[r.IntN(len(m.ToolCalls))]
		if r.IntN(2) == 0 {
			call.ID = []string{"", "null", "abcdefghi", "a"}[r.IntN(4)]
		} else {
			call.Name = []string{"", "é", "a b", "g"}[r.IntN(4)]
		}
		m.ToolCalls = append(slices.Clone(m.ToolCalls[:len(m.ToolCalls)-1]), call)
	}
	return messages
}
