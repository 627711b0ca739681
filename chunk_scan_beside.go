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

// promptFilter reads what the content filter found in the prompts.
func (s *chunkScan) promptFilter() ContentFilter {
	if s.Null() {
		return nil
	}
	var filter ContentFilter
	n := 0
	for s.List(); s.Item(); n++ {
		if n == maxScanned {
			s.Fail()
			return nil
		}
		var seen members
		s.Object()
		for name, ok := s.Member(); ok; name, ok = s.Member() {
			switch string(name) {
			case "content_filter_results":
				seen.once(s, 0)
				filter = mergeFilter(filter, s.filter())
			case "content_filter_result":
				s.onlyNull()
			default:
				s.Skip()
			}
		}
	}
	return filter
}

// filter reads results by category.
func (s *chunkScan) filter() ContentFilter {
	if s.Null() {
		return nil
	}
	var filter ContentFilter
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		if s.Kind() != '{' {
			s.Fail()
			return nil
		}
		category := filterCategory(name)
		if _, twice := filter[category]; twice || len(filter) == maxScanned {
			s.Fail()
			return nil
		}
		if filter == nil {
			filter = make(ContentFilter, 4)
		}
		filter[category] = s.filterResult()
	}
	return filter
}

func (s *chunkScan) filterResult() FilterResult {
	var seen members
	var r FilterResult
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		switch string(name) {
		case "filtered":
			seen.once(s, 0)
			r.Filtered = s.Bool()
		case "detected":
			seen.once(s, 1)
			r.Detected = s.Bool()
		case "severity":
			seen.once(s, 2)
			r.Severity = s.severity()
		default:
			s.Skip()
		}
	}
	return r
}

// severity shares the texts of the usual ones.
func (s *chunkScan) severity() string {
	if s.Null() {
		return ""
	}
	t := s.Text()
	if !s.OK() {
		return ""
	}
	switch text := s.data[t.From:t.To]; string(text) {
	case "safe":
		return "safe"
	case "low":
		return "low"
	case "medium":
		return "medium"
	case "high":
		return "high"
	}
	return s.keep(t)
}

// filterCategory shares the names of the usual ones.
func filterCategory(name []byte) string {
	switch string(name) {
	case "hate":
		return "hate"
	case "self_harm":
		return "self_harm"
	case "sexual":
		return "sexual"
	case "violence":
		return "violence"
	case "jailbreak":
		return "jailbreak"
	}
	return string(name)
}
