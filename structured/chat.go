package structured

import (
	"context"
	"slices"

	"github.com/azmistral/azmistral"
)

// Chatter is what Chat needs of a client. *azmistral.Client is one.
type Chatter interface {
	Chat(context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatResponse, error)
}

// Chat asks for a value of type T. The request's ResponseFormat must be zero, its N at
// most 1, its last message no prefix; it is not changed.
//
// The response is the last turn's, with the usage of all turns summed; it is nil with an
// error. The error is the client's where a call failed, an *OutputError where an answer
// came that is no value, and an azmistral.ErrInvalidRequest where nothing was sent.
// Nothing is sent again but for Options.Repairs: that is the client's.
func Chat[T any](ctx context.Context, client Chatter, req azmistral.ChatRequest, options *Options) (T, *azmistral.ChatResponse, error) {
	var value T
	p, err := newPlan[T](options)
	if err != nil {
		return value, nil, err
	}
	ownTools := len(req.Tools) > 0
	if req, err = p.request(client, req); err != nil {
		return value, nil, err
	}
	resp, err := p.chat(ctx, client, req, ownTools, &value)
	return value, resp, err
}

// chat makes the turns. ownTools: the request's tools are the caller's.
func (p *plan) chat(ctx context.Context, client Chatter, req azmistral.ChatRequest, ownTools bool, v any) (*azmistral.ChatResponse, error) {
	var turns []*azmistral.ChatResponse
	var bad *OutputError
	for {
		resp, err := client.Chat(ctx, req, p.Chat)
		switch {
		case err != nil && bad == nil:
			return nil, p.refused(err)
		case err != nil: // the answers before were paid for
			bad.cause = err
			return nil, bad
		}
		turns = append(turns, resp)
		if bad = p.decode(resp, v); bad == nil {
			return summed(turns), nil
		}
		bad.Response, bad.Responses = summed(turns), turns
		if len(turns) > p.Repairs || !repairable(bad, ownTools) {
			return nil, bad
		}
		req.Messages = append(slices.Clip(req.Messages), p.repair(req.Messages, bad)...)
	}
}

// summed is the last response, with the usage of all.
func summed(turns []*azmistral.ChatResponse) *azmistral.ChatResponse {
	last := turns[len(turns)-1]
	if len(turns) == 1 || last == nil {
		return last
	}
	sum := *last
	sum.Usage = azmistral.Usage{}
	for _, turn := range turns {
		sum.Usage.PromptTokens += turn.Usage.PromptTokens
		sum.Usage.CompletionTokens += turn.Usage.CompletionTokens
		sum.Usage.TotalTokens += turn.Usage.TotalTokens
		sum.Usage.CachedTokens += turn.Usage.CachedTokens
		sum.Usage.ReasoningTokens += turn.Usage.ReasoningTokens
		sum.Usage.AudioSeconds += turn.Usage.AudioSeconds
	}
	return &sum
}
