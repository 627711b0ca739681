package azmistral

// usage reads the usage, of counts that are numbers.
func (s *chunkScan) usage() *Usage {
	if s.Null() {
		return nil
	}
	var seen members
	usage := s.memory.usage
	if s.memory.usage = nil; usage == nil {
		usage = new(Usage)
	}
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		switch string(name) {
		case "prompt_tokens":
			seen.once(s, 0)
			usage.PromptTokens = s.count()
		case "completion_tokens":
			seen.once(s, 1)
			usage.CompletionTokens = s.count()
		case "total_tokens":
			seen.once(s, 2)
			usage.TotalTokens = s.count()
		case "num_cached_tokens":
			seen.once(s, 3)
			usage.CachedTokens = max(usage.CachedTokens, s.count())
		case "reasoning_tokens":
			seen.once(s, 4)
			usage.ReasoningTokens = max(usage.ReasoningTokens, s.count())
		case "prompt_tokens_details":
			seen.once(s, 5)
			s.usageDetails(&usage.CachedTokens, nil)
		case "prompt_token_details":
			seen.once(s, 6)
			s.usageDetails(&usage.CachedTokens, nil)
		case "completion_tokens_details":
			seen.once(s, 7)
			s.usageDetails(nil, &usage.ReasoningTokens)
		case "prompt_audio_seconds":
			seen.once(s, 8)
			usage.AudioSeconds = float64(s.count())
		default:
			s.Skip()
		}
	}
	return usage
}

// usageDetails raises what is asked for to what the details say; nil: not asked for.
func (s *chunkScan) usageDetails(cached, reasoning *int) {
	if s.Null() {
		return
	}
	var seen members
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		switch string(name) {
		case "cached_tokens":
			seen.once(s, 0)
			raise(cached, s.count())
		case "reasoning_tokens":
			seen.once(s, 1)
			raise(reasoning, s.count())
		default:
			s.Skip()
		}
	}
}

func raise(to *int, n int) {
	if to != nil {
		*to = max(*to, n)
	}
}

// count reads a count; null and less than 0 are none.
func (s *chunkScan) count() int {
	if s.Null() {
		return 0
	}
	return max(s.integer(), 0)
}

// integer reads a number that an int can hold.
func (s *chunkScan) integer() int {
	n := s.Int()
	if int64(int(n)) != n {
		s.Fail()
	}
	return int(n)
}
