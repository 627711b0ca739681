package azmistral

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
