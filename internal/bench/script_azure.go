package main

import "fmt"

// azureScript is text in chunks as Azure OpenAI sends them when usage is asked for:
// the prompt's filter results before any choice, results of four categories and
// padding in each chunk, usage after the last choice.
func azureScript(s *script, contents int) {
	const (
		four   = `{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}`
		prompt = `{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":` + four + `}]}`
		head   = `{"choices":[{"content_filter_results":`
		choice = `,"index":0,"logprobs":null}],`
		rest   = `"created":1780491942,"id":"chatcmpl-DmfZu2BjJmBGSSHpj9hWtFQYBUxYn","model":"gpt-4.1-mini-2025-04-14","obfuscation":"%s","object":"chat.completion.chunk","system_fingerprint":"fp_b6f445fc1c","usage":`
	)
	w := newWriter()
	padding := func() string { return fmt.Sprintf(rest, w.noise(4, 15)) }
	s.head.add(prompt, tally{Chunks: 1})
	s.head.add(head+`{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null`+choice+padding()+`null}`, tally{Chunks: 1})
	for n := range contents {
		p := w.piece(n)
		want := said(p.text, "")
		want.Filters = 4
		s.middle.add(head+four+`,"delta":{"content":"`+p.wire+`"},"finish_reason":null`+choice+padding()+`null}`, want)
	}
	s.tail.add(head+`{},"delta":{},"finish_reason":"stop"`+choice+padding()+`null}`, tally{Chunks: 1})
	u := usage{Prompt: 12, Completion: contents, Total: 12 + contents}
	s.tail.add(`{"choices":[],`+padding()+fmt.Sprintf(`{"completion_tokens":%d,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":0,"reasoning_tokens":0,"rejected_prediction_tokens":0},"prompt_tokens":%d,"prompt_tokens_details":{"audio_tokens":0,"cached_tokens":0},"total_tokens":%d}}`, u.Completion, u.Prompt, u.Total), tally{Chunks: 1, Usage: u})
}
