package errbody

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxAsk is how much of a text is searched, in bytes.
const maxAsk = 8 << 10

// maxWait is what Wait makes of everything longer: a yearly quota is the longest
// that a gateway keeps.
const maxWait = 366 * 24 * time.Hour

// askPattern finds the words that come before a wait, up to its first digit:
// "retry after 60", "try again in 26", "replenished in 2.12", "wait 5". They have
// been seen from Azure's front doors, its API management, and model hosts.
var askPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:` +
		`re-?try[-_ ]?after["']?\s*[:=]?\s*["']?` +
		`|(?:re-?try|try|again|replenish(?:ed|es)?|resets?|available|wait)` +
		`(?:\s+(?:again|later|it|(?:your|the|this)\s+requests?|for|in|after|at\s+least|about|around|approximately|another))+\s+` +
		`|wait\s+)[~+]?(\d)`)
})

// clockPattern is a wait as API management writes it: [days.]hours:minutes:seconds.
var clockPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[^\w:]|$)`)
})

// Wait finds how long a text asks the reader to wait; 0 if it does not, or asks in
// words, for a point in time, or for a negative or zero time. A number without a
// unit counts as seconds where nothing follows that it could count. Of several
// waits in the first 8 KiB it is the longest, and never more than 366 days.
func Wait(text string) time.Duration {
	text = text[:min(len(text), maxAsk)]
	if !strings.ContainsAny(text, "0123456789") {
		return 0
	}
	var longest time.Duration
	for _, found := range askPattern().FindAllStringSubmatchIndex(text, -1) {
		longest = max(longest, duration(text[found[2]:]))
	}
	return longest
}

// duration reads the length of time that a text begins with: "26 seconds", "1.5s",
// "1m30s", "1 hour and 5 minutes", "00:05:00", "60".
func duration(s string) time.Duration {
	if c := clockPattern().FindStringSubmatch(s); c != nil {
		return clamp(float64(count(c[1]))*86400 + float64(count(c[2]))*3600 + float64(count(c[3]))*60 + float64(count(c[4])))
	}
	total, last := 0.0, math.Inf(1)
	for {
		n, rest, ok := quantity(s)
		if !ok {
			break
		}
		unit, after, ok := timeUnit(rest)
		if !ok || unit >= last {
			if total == 0 && math.IsInf(last, 1) && endsThere(rest) {
				return clamp(n)
			}
			break
		}
		total, last = total+n*unit, unit
		s = strings.TrimLeft(after, " ,")
		s = strings.TrimPrefix(s, "and ")
	}
	return clamp(total)
}

func count(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// quantity reads a number without a sign: 26, 1.5, 86,400.
func quantity(s string) (n float64, rest string, ok bool) {
	digit := func(i int) bool { return i < len(s) && '0' <= s[i] && s[i] <= '9' }
	end := 0
	for digit(end) {
		end++
	}
	for grouped := end <= 3; grouped && end < len(s) && s[end] == ',' && digit(end+1) && digit(end+2) && digit(end+3) && !digit(end+4); {
		s = s[:end] + s[end+1:]
		end += 3
	}
	if end < len(s) && s[end] == '.' && digit(end+1) {
		for end++; digit(end); {
			end++
		}
	}
	if end == 0 {
		return 0, s, false
	}
	n, _ = strconv.ParseFloat(s[:end], 64) // out of range: +Inf
	return n, s[end:], true
}

// units are the units of time in seconds.
var units = map[string]float64{
	"ms": 1e-3, "msec": 1e-3, "msecs": 1e-3, "millis": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
	"s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
	"m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
	"h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
	"d": 86400, "day": 86400, "days": 86400,
	"w": 604800, "week": 604800, "weeks": 604800,
}

func timeUnit(s string) (seconds float64, rest string, ok bool) {
	s = strings.TrimLeft(s, " -")
	end := 0
	for end < len(s) && ('a' <= s[end]|0x20 && s[end]|0x20 <= 'z') {
		end++
	}
	seconds, ok = units[strings.ToLower(s[:min(end, len("milliseconds"))])]
	if !ok {
		return 0, s, false
	}
	rest = s[end:]
	rest = strings.TrimPrefix(rest, "(s)")
	return seconds, rest, true
}

// endsThere says whether a number without a unit stands alone: at the end of the
// text, of a line, of a sentence, of brackets or quotes.
func endsThere(s string) bool {
	const marks = ".,;!?)]}\"'\r\n"
	s = strings.TrimLeft(s, " \t")
	if s == "" || s[0] == '\r' || s[0] == '\n' {
		return true
	}
	return strings.IndexByte(marks, s[0]) >= 0 && (len(s) == 1 || strings.IndexByte(" \t"+marks, s[1]) >= 0)
}

// clamp turns seconds into a duration that fits, to the microsecond.
func clamp(seconds float64) time.Duration {
	switch {
	case !(seconds > 0):
		return 0
	case seconds >= maxWait.Seconds():
		return maxWait
	}
	return time.Duration(math.Round(seconds*1e6)) * time.Microsecond
}
