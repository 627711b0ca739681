package azmistral

import "encoding/json"

// decodePromptFilter reads what the content filter found in the prompt, over all
// prompts of the request: of each category the worst.
func decodePromptFilter(lists ...json.RawMessage) ContentFilter {
	var filter ContentFilter
	for _, raw := range lists {
		items, err := decodeList(raw)
		if err != nil {
			continue
		}
		for _, item := range items {
			// The second is recorded where a prompt had a picture.
			var w struct {
				Results json.RawMessage `json:"content_filter_results"`
				Result  json.RawMessage `json:"content_filter_result"`
			}
			if jsonKind(item) == "an object" && json.Unmarshal(item, &w) == nil {
				filter = mergeFilter(filter, decodeFilter(w.Results, w.Result))
			}
		}
	}
	return filter
}

// decodeFilter reads results by category. A category whose value is no object is
// skipped; of an object that is no plain result, such as "error" or a list's
// "details", the members that a result has are kept.
func decodeFilter(objects ...json.RawMessage) ContentFilter {
	var filter ContentFilter
	for _, raw := range objects {
		var categories map[string]json.RawMessage
		if jsonKind(raw) != "an object" || countItems(raw) > maxItems || json.Unmarshal(raw, &categories) != nil {
			continue
		}
		found := make(ContentFilter, len(categories))
		for category, value := range categories {
			var w struct{ Filtered, Detected, Severity json.RawMessage }
			if jsonKind(value) != "an object" || json.Unmarshal(value, &w) != nil {
				continue
			}
			severity, _ := decodeText(w.Severity)
			found[category] = FilterResult{
				Filtered: string(w.Filtered) == "true",
				Detected: string(w.Detected) == "true",
				Severity: severity,
			}
		}
		filter = mergeFilter(filter, found)
	}
	return filter
}

// mergeFilter adds results to a filter, of each category the worst. It writes to
// filter, makes one where it is nil and there is something to add, and keeps no
// reference to more.
func mergeFilter(filter, more ContentFilter) ContentFilter {
	if len(more) == 0 {
		return filter // by far the most frequent
	}
	if filter == nil {
		filter = make(ContentFilter, len(more))
	}
	for category, b := range more {
		before, is := filter[category]
		a := before
		a.Filtered = a.Filtered || b.Filtered
		a.Detected = a.Detected || b.Detected
		if severityRank(b.Severity) > severityRank(a.Severity) {
			a.Severity = b.Severity
		}
		if a != before || !is {
			filter[category] = a
		}
	}
	return filter
}

// severityRank orders severities. A word that is not known is taken for worse than
// safe and less than what is known to be bad.
func severityRank(severity string) int {
	switch severity {
	case "":
		return 0
	case "safe":
		return 1
	case "low":
		return 3
	case "medium":
		return 4
	case "high":
		return 5
	}
	return 2
}
