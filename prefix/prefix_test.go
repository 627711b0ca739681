package prefix_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/prefix"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ask(last ...azmistral.Message) azmistral.ChatRequest {
	return azmistral.ChatRequest{Messages: append([]azmistral.Message{azmistral.User("What is the capital of France?")}, last...)}
}

// fake is a stream of these pieces of text, which then ends, or fails with err.
func fake(err error, closed *bool, pieces ...string) *azmistral.ChatStream {
	next := func() (*azmistral.ChatChunk, error) {
		chunk := &azmistral.ChatChunk{Choices: []azmistral.ChunkChoice{{}}}
		switch {
		case len(pieces) > 0:
			chunk.Choices[0].Delta.Text = pieces[0]
			pieces = pieces[1:]
		case err != nil:
			return nil, err
		default:
			chunk.Choices[0].FinishReason = azmistral.FinishStop
			err = io.EOF
		}
		return chunk, nil
	}
	return azmistral.NewChatStream(azmistral.ResponseInfo{}, next, func() error {
		*closed = true
		return nil
	})
}

func TestMessage(t *testing.T) {
	assert.Equal(t, azmistral.Message{Role: azmistral.RoleAssistant, Content: azmistral.Content{&azmistral.TextPart{Text: "So: "}}, Prefix: true}, prefix.Message("So: "))
}

// Which prefix is meant: the last message's, if it is one.
func TestText(t *testing.T) {
	answer := func(text string) *azmistral.ChatResponse {
		return &azmistral.ChatResponse{Choices: []azmistral.Choice{
			{Message: azmistral.Assistant(text)}, {Index: 1, Message: azmistral.Assistant("another choice")},
		}}
	}
	user := prefix.Message("So: ")
	user.Role = azmistral.RoleUser
	parts := prefix.Message("So")
	parts.Content = append(parts.Content, &azmistral.ReferencePart{IDs: []string{"1"}}, &azmistral.TextPart{Text: ": "})
	for name, tt := range map[string]struct {
		req  azmistral.ChatRequest
		resp *azmistral.ChatResponse
		want string
	}{
		"repeated":         {ask(prefix.Message("So: ")), answer("So: Paris."), "So: Paris."},
		"not repeated":     {ask(prefix.Message("So: ")), answer("Paris."), "So: Paris."},
		"of several parts": {ask(parts), answer("So: Paris."), "So: Paris."},
		"no prefix":        {ask(), answer("Paris."), "Paris."},
		"no messages":      {azmistral.ChatRequest{}, answer("Paris."), "Paris."},
		"of the user":      {ask(user), answer("Paris."), "Paris."},
		"no prefix set":    {ask(azmistral.Assistant("So: ")), answer("Paris."), "Paris."},
		"not the last":     {ask(prefix.Message("So: "), azmistral.User("And?")), answer("Paris."), "Paris."},
		"no choice":        {ask(prefix.Message("So: ")), &azmistral.ChatResponse{}, "So: "},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, prefix.Text(tt.req, tt.resp)) })
	}
}

func TestStream(t *testing.T) {
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		prefix string
		err    error
		pieces []string
		want   []string
	}{
		"repeated":                  {"So: ", nil, []string{"", "So: ", "Pa", "ris."}, []string{"So: ", "Pa", "ris."}},
		"repeated in pieces":        {"So: ", nil, []string{"S", "o", ": P", "aris."}, []string{"So: ", "P", "aris."}},
		"repeated, the blank moved": {"So: ", nil, []string{"So:", " Pa", "ris."}, []string{"So: ", "Pa", "ris."}},
		"not repeated":              {"So: ", nil, []string{"Pa", "ris."}, []string{"So: ", "Pa", "ris."}},
		"begins like it":            {"So: ", nil, []string{"S", "o", "fia", "."}, []string{"So: ", "Sofia", "."}},
		"ends within it":            {"So: ", nil, []string{"S", "o"}, []string{"So: ", "So"}},
		"ends with it":              {"So: ", nil, []string{"So: "}, []string{"So: "}},
		"ends with it, trimmed":     {"So: ", nil, []string{"So:"}, []string{"So: "}},
		"nothing":                   {"So: ", nil, nil, []string{"So: "}},
		"no prefix":                 {"", nil, []string{"Pa", "ris."}, []string{"Pa", "ris."}},
		"breaks":                    {"So: ", broken, []string{"So: ", "Pa"}, []string{"So: ", "Pa"}},
		"breaks before it is told":  {"So: ", broken, []string{"S", "o"}, []string{"So: ", "So"}},
		"breaks at once":            {"So: ", broken, nil, []string{"So: "}},
		"breaks without prefix":     {"", broken, []string{"Pa"}, []string{"Pa"}},
	} {
		t.Run(name, func(t *testing.T) {
			req := ask()
			if tt.prefix != "" {
				req = ask(prefix.Message(tt.prefix))
			}
			closed := false
			stream := fake(tt.err, &closed, tt.pieces...)
			var got []string
			var failed error
			for piece, err := range prefix.Stream(req, stream) {
				require.NoError(t, failed, "a pair after the error")
				if failed = err; err != nil {
					assert.Empty(t, piece)
				} else {
					got = append(got, piece)
				}
			}
			assert.Equal(t, tt.want, got)
			require.ErrorIs(t, failed, tt.err)
			assert.True(t, closed)
			assert.Equal(t, strings.Join(got, ""), prefix.Text(req, stream.Response()))

			for n := range tt.want { // who leaves the loop early closes the stream too
				closed = false
				left := 0
				for range prefix.Stream(req, fake(tt.err, &closed, tt.pieces...)) {
					if left++; left > n {
						break
					}
				}
				assert.True(t, closed)
			}
		})
	}
}

// A long prefix that comes back in small pieces is not copied for each of them.
func TestStreamLongPrefix(t *testing.T) {
	long := strings.Repeat("so ", 1<<14)
	var pieces []string
	for at := 0; at < len(long); at += 2 {
		pieces = append(pieces, long[at:at+2])
	}
	closed := false
	stream := fake(nil, &closed, append(pieces, "Paris.")...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var got []string
	for piece, err := range prefix.Stream(ask(prefix.Message(long)), stream) {
		require.NoError(t, err)
		got = append(got, piece)
	}
	runtime.ReadMemStats(&after)
	assert.Equal(t, 2, len(got))
	assert.True(t, strings.Join(got, "") == long+"Paris.")
	copies := uint64(len(pieces)) * uint64(len(long)) / 2
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, copies/4, "bytes, of %d for a copy each", copies)
}

// The sandbox repeats the prefix by itself; a scripted answer is as it is.
func TestSandbox(t *testing.T) {
	for name, replies := range map[string][]azmistraltest.Reply{
		"by itself":    nil,
		"repeated":     {azmistraltest.Text("The capital is Paris.").Times(2)},
		"not repeated": {azmistraltest.Text("Paris.").Times(2)},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := azmistraltest.NewServer(t, nil)
			sandbox.Reply(replies...)
			client := sandbox.Client(t, azmistral.RouteServerlessV1, nil)
			req := ask(prefix.Message("The capital is "))
			resp, err := client.Chat(t.Context(), req, nil)
			require.NoError(t, err)
			whole := prefix.Text(req, resp)
			assert.Equal(t, 1, strings.Count(whole, "The capital is "))
			assert.True(t, strings.HasPrefix(whole, "The capital is "))
			if replies != nil {
				assert.Equal(t, "The capital is Paris.", whole)
			}

			stream, err := client.ChatStream(t.Context(), req, nil)
			require.NoError(t, err)
			var streamed string
			for piece, err := range prefix.Stream(req, stream) {
				require.NoError(t, err)
				streamed += piece
			}
			assert.Equal(t, whole, streamed)
		})
	}
}
