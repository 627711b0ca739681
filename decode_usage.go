package azmistral

import (
	"encoding/json"
	"math"
	"strconv"
)

// wireUsage holds every spelling of a count that is on record.
type wireUsage struct {
	PromptTokens     json.RawMessage `json:"prompt_tokens"`
	CompletionTokens json.RawMessage `json:"completion_tokens"`
	TotalTokens      json.RawMessage `json:"total_tokens"`

	NumCachedTokens     json.RawMessage `json:"num_cached_tokens"`     // Mistral, early 2026
	PromptTokensDetails json.RawMessage `json:"prompt_tokens_details"` // with cached_tokens
	PromptTokenDetails  json.RawMessage `json:"prompt_token_details"`  // the same, in Mistral's schema

	ReasoningTokens         json.RawMessage `json:"reasoning_tokens"` // DeepSeek on Azure
	CompletionTokensDetails json.RawMessage `json:"completion_tokens_details"`

	PromptAudioSeconds json.RawMessage `json:"prompt_audio_seconds"`
}

type wireUsageDetails struct {
	CachedTokens    json.RawMessage `json:"cached_tokens"`
	ReasoningTokens json.RawMessage `json:"reasoning_tokens"`
}

// decodeUsage reads the usage. What is no object is nil, what is no count is 0.
func decodeUsage(raw json.RawMessage) *Usage {
	var w wireUsage
	if jsonKind(raw) != "an object" || json.Unmarshal(raw, &w) != nil {
		return nil
	}
	prompt, promptOld := decodeUsageDetails(w.PromptTokensDetails), decodeUsageDetails(w.PromptTokenDetails)
	completion := decodeUsageDetails(w.CompletionTokensDetails)
	return &Usage{
		PromptTokens:     decodeCount(w.PromptTokens),
		CompletionTokens: decodeCount(w.CompletionTokens),
		TotalTokens:      decodeCount(w.TotalTokens),
		CachedTokens:     max(decodeCount(w.NumCachedTokens), decodeCount(prompt.CachedTokens), decodeCount(promptOld.CachedTokens)),
		ReasoningTokens:  max(decodeCount(w.ReasoningTokens), decodeCount(completion.ReasoningTokens)),
		AudioSeconds:     decodeSeconds(w.PromptAudioSeconds),
	}
}

func decodeUsageDetails(raw json.RawMessage) (w wireUsageDetails) {
	if jsonKind(raw) == "an object" && json.Unmarshal(raw, &w) != nil {
		return wireUsageDetails{}
	}
	return w
}

func decodeCount(raw json.RawMessage) int {
	n, ok := wholeNumber(raw)
	if !ok || n < 0 {
		return 0
	}
	return n
}

func decodeSeconds(raw json.RawMessage) float64 {
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f < 0 || math.IsNaN(f) {
		return 0
	}
	return f
}
