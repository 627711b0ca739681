package prefix_test

import (
	"errors"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/prefix"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cut is an answer with a finish reason.
func cut(reason azmistral.FinishReason, parts ...azmistral.Part) *azmistral.ChatResponse {
	return &azmistral.ChatResponse{Choices: []azmistral.Choice{{FinishReason: reason, Message: azmistral.Message{Role: azmistral.RoleAssistant, Content: parts}}}}
}

func text(s string) azmistral.Part { return &azmistral.TextPart{Text: s} }

func TestContinue(t *testing.T) {
	for name, tt := range map[string]struct {
		req  azmistral.ChatRequest
		resp *azmistral.ChatResponse
		want string
	}{
		"no prefix before":    {ask(), cut("length", text("The capi")), "The capi"},
		"repeated":            {ask(prefix.Message("The ")), cut("length", text("The capi")), "The capi"},
		"not repeated":        {ask(prefix.Message("The ")), cut("length", text("capi")), "The capi"},
		"an empty one before": {ask(prefix.Message("")), cut("length", text("The capi")), "The capi"},
		"with references":     {ask(), cut("length", text("The "), &azmistral.ReferencePart{IDs: []string{"1"}}, text("capi")), "The capi"},
		"a broken stream":     {ask(prefix.Message("The ")), cut("", text("The capi")), "The capi"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.req.N, tt.req.MaxTokens = 3, 7
			tt.req.Messages = append(tt.req.Messages, azmistral.User("behind the end"))[:len(tt.req.Messages)]
			before := append([]azmistral.Message(nil), tt.req.Messages[:cap(tt.req.Messages)]...)
			got, err := prefix.Continue(tt.req, tt.resp)
			require.NoError(t, err)
			assert.Equal(t, azmistral.ChatRequest{Messages: []azmistral.Message{tt.req.Messages[0], prefix.Message(tt.want)}, MaxTokens: 7}, got)
			assert.Equal(t, before, tt.req.Messages[:cap(tt.req.Messages)], "the caller's messages were changed")
		})
	}
	called := cut("length", text("Let me see"))
	called.Choices[0].Message.ToolCalls = []azmistral.ToolCall{{Name: "look"}}
	thought := ask(prefix.Message("So"))
	thought.Messages[1].Content = append(azmistral.Content{&azmistral.ThinkingPart{Text: "hm"}}, thought.Messages[1].Content...)
	for name, tt := range map[string]struct {
		req  azmistral.ChatRequest
		resp *azmistral.ChatResponse
		want string
	}{
		"whole":             {ask(), cut("stop", text("Paris.")), "it is whole; to go on with the conversation append its message and the next of the user"},
		"full":              {ask(), cut("model_length", text("Par")), "the model's context is full; shorten the conversation"},
		"filtered":          {ask(), cut("content_filter", text("Par")), "the content filter cut it, and would again"},
		"failed":            {ask(), cut("error", text("Par")), `its finish reason is "error"`},
		"calls":             {ask(), called, "it has tool calls; if MaxTokens cut them, raise it and send the request again"},
		"reasoning":         {ask(), cut("length", &azmistral.ThinkingPart{Text: "hm"}, text("Par")), "it has reasoning, which a prefix does not hold; raise MaxTokens and send the request again"},
		"other parts":       {ask(), cut("length", text("Par"), &azmistral.UnknownPart{Type: "new"}), "part 1 is a *azmistral.UnknownPart, which a prefix does not hold"},
		"nothing":           {ask(), &azmistral.ChatResponse{}, "it has no choice; send the request again"},
		"no text":           {ask(), cut("length"), "it added no text, and would not the next time; raise MaxTokens"},
		"only the prefix":   {ask(prefix.Message("The ")), cut("length", text("The")), "it added no text, and would not the next time; raise MaxTokens"},
		"broke in a repeat": {ask(prefix.Message("The capital")), cut("", text("The cap")), "it broke before it added text; send the request again"},
		"broke, blanks out": {ask(prefix.Message(" The capital")), cut("", text("The cap")), "it broke before it added text; send the request again"},
		"cut in a repeat":   {ask(prefix.Message("The capital")), cut("length", text("The cap")), "it may be no more than a part of the prefix; raise MaxTokens and send the request again"},
		"broke at once":     {ask(), cut("", text("")), "it broke before it added text; send the request again"},
		"odd prefix":        {thought, cut("length", text("So Par")), "the request's own prefix is more than text"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := prefix.Continue(tt.req, tt.resp)
			assert.EqualError(t, err, "prefix: the answer cannot be continued: "+tt.want)
		})
	}
}

// An answer that MaxTokens cuts again and again comes whole in the end.
func TestContinueToTheEnd(t *testing.T) {
	const whole = "One, two, three, four."
	for _, repeats := range []bool{true, false} {
		sandbox := azmistraltest.NewServer(t, nil)
		sandbox.ReplyFunc(func(r azmistraltest.Request) azmistraltest.Reply {
			done := 0
			if last := r.Last(); last.Prefix {
				done = len(last.Text)
				assert.Equal(t, whole[:done], last.Text)
				assert.Len(t, r.Messages, 2)
			}
			end := min(done+5, len(whole))
			from := done
			if repeats {
				from = 0
			}
			reply := azmistraltest.Text(whole[from:end])
			if end < len(whole) {
				reply = reply.FinishReason("length")
			}
			return reply
		})
		client := sandbox.Client(t, azmistral.RouteOpenAIV1, nil)
		req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Count.")}}
		resp, err := client.Chat(t.Context(), req, nil)
		require.NoError(t, err)
		for resp.FinishReason() == azmistral.FinishLength {
			req, err = prefix.Continue(req, resp)
			require.NoError(t, err)
			resp, err = client.Chat(t.Context(), req, nil)
			require.NoError(t, err)
		}
		assert.Equal(t, whole, prefix.Text(req, resp), "repeats: %v", repeats)
		assert.Len(t, sandbox.Requests(), 5)
	}
}

// What came of a stream that broke is not lost: it is what the next request begins
// with.
func TestContinueBrokenStream(t *testing.T) {
	closed := false
	req := ask(prefix.Message("The "))
	stream := fake(errors.New("broken"), &closed, "The ", "capi")
	_, err := stream.Collect()
	require.ErrorIs(t, err, azmistral.ErrIncomplete)
	req, err = prefix.Continue(req, stream.Response())
	require.NoError(t, err)
	assert.Equal(t, ask(prefix.Message("The capi")), req)
}
