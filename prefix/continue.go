package prefix

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/azmistral/azmistral"
)

// Continue makes the request for the rest of an answer that was cut short, by
// MaxTokens or since its stream broke: req with the whole text so far as its prefix,
// in the place of one that it had. [Text] of that request and its answer is the
// whole text then. The first choice is continued, so N is left out; references in
// it are not sent. req itself is not changed.
//
// It is an error where the answer was not cut, or cannot be continued from its text:
// it came to its end, has tool calls, reasoning or other parts that a prefix does
// not hold, was cut by the content filter or since the model's context is full, or
// added no text, or none for certain: what may be the beginning of a repeated prefix.
func Continue(req azmistral.ChatRequest, resp *azmistral.ChatResponse) (azmistral.ChatRequest, error) {
	before, has := of(req)
	messages := req.Messages
	if has {
		messages = messages[:len(messages)-1]
	}
	err := canContinue(resp)
	switch {
	case err != nil:
	case has && onlyText(req.Messages[len(messages)].Content) != nil:
		err = errors.New("the request's own prefix is more than text")
	case resp.FinishReason() == "" && mayRepeat(before, resp.Text()):
		err = errors.New("it broke before it added text; send the request again")
	case Text(req, resp) == before:
		err = errors.New("it added no text, and would not the next time; raise MaxTokens")
	case mayRepeat(before, resp.Text()):
		err = errors.New("it may be no more than a part of the prefix; raise MaxTokens and send the request again")
	}
	if err != nil {
		return azmistral.ChatRequest{}, fmt.Errorf("prefix: the answer cannot be continued: %w", err)
	}
	text := Text(req, resp)
	req.Messages = append(slices.Clone(messages), Message(text))
	req.N = 0
	return req, nil
}

// mayRepeat says whether an answer that was cut may be the beginning of a repeat, and
// nothing more.
func mayRepeat(prefix, answer string) bool {
	return strings.HasPrefix(prefix, answer) || strings.HasPrefix(strings.TrimSpace(prefix), answer)
}

// canContinue says why an answer cannot be continued, whatever was asked.
func canContinue(resp *azmistral.ChatResponse) error {
	if len(resp.Choices) == 0 {
		return errors.New("it has no choice; send the request again")
	}
	if len(resp.ToolCalls()) > 0 {
		return errors.New("it has tool calls; if MaxTokens cut them, raise it and send the request again")
	}
	if err := onlyText(resp.Message().Content); err != nil {
		return err
	}
	switch reason := resp.FinishReason(); reason {
	case azmistral.FinishLength, "": // cut by MaxTokens, or with its stream
		return nil
	case azmistral.FinishStop:
		return errors.New("it is whole; to go on with the conversation append its message and the next of the user")
	case azmistral.FinishModelLength:
		return errors.New("the model's context is full; shorten the conversation")
	case azmistral.FinishContentFilter:
		return errors.New("the content filter cut it, and would again")
	default:
		return fmt.Errorf("its finish reason is %q", reason)
	}
}

// onlyText says which part a prefix does not hold. References go with the text that
// they stand in.
func onlyText(content azmistral.Content) error {
	for i, part := range content {
		switch part.(type) {
		case *azmistral.TextPart, *azmistral.ReferencePart:
		case *azmistral.ThinkingPart:
			return errors.New("it has reasoning, which a prefix does not hold; raise MaxTokens and send the request again")
		default:
			return fmt.Errorf("part %d is a %T, which a prefix does not hold", i, part)
		}
	}
	return nil
}
