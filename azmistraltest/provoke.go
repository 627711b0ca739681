package azmistraltest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// provocation is what a user's message asks the sandbox to do.
var provocation = regexp.MustCompile(`\[\[sandbox:\s*([^\]]*?)\s*\]\]`)

// provoked gives the words of the last message's provocation; "" where there is
// none, or where the last message is not the user's. A scenario that is meant to
// last goes on until the model was right.
func provoked(r *Request) string {
	if words := provocationIn(r.Last()); words != "" {
		return words
	}
	answers := 0
	for i := len(r.Messages) - 1; i >= 0; i-- {
		m := r.Messages[i]
		if m.Role == "assistant" {
			answers++
		}
		if words := provocationIn(m); words != "" {
			name, _, _ := strings.Cut(words, " ")
			if s := scenarioOf(name); s != nil && s.lasting && answers > 0 && wrongTurns(r, anyAnswer) == answers {
				return words
			}
			return ""
		}
	}
	return ""
}

// provocationIn gives the words of a message of the user.
func provocationIn(m Message) string {
	if m.Role != "user" {
		return ""
	}
	found := provocation.FindStringSubmatch(m.Text)
	if found == nil {
		return ""
	}
	return found[1]
}

// args are the keys of a provocation with their values.
type args map[string]string

func (a args) text(key, fallback string) string {
	if value, ok := a[key]; ok {
		return value
	}
	return fallback
}

func (a args) number(key string, fallback int) int {
	if value, err := strconv.Atoi(a[key]); err == nil {
		return value
	}
	return fallback
}

// duration reads "1.5s", and "2" as seconds.
func (a args) duration(key string, fallback time.Duration) time.Duration {
	d, err := readDuration(a[key])
	if err != nil {
		return fallback
	}
	return d
}

func readDuration(text string) (time.Duration, error) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	return time.ParseDuration(text)
}

// splitWords cuts at blanks outside of double quotes.
func splitWords(text string) []string {
	var words []string
	var word strings.Builder
	inQuotes, any := false, false
	flush := func() {
		if any {
			words = append(words, word.String())
		}
		word.Reset()
		any = false
	}
	for _, r := range text {
		switch {
		case r == '"':
			inQuotes, any = !inQuotes, true
		case !inQuotes && (r == ' ' || r == '\t' || r == '\n'):
			flush()
		default:
			word.WriteRune(r)
			any = true
		}
	}
	flush()
	return words
}

// playScenario reads "name key=value …" and gives the scenario's reply, and for
// how many sends of the same request it is good (0: all).
func playScenario(text string) (Reply, int, error) {
	words := splitWords(text)
	if len(words) == 0 {
		return Reply{}, 0, errors.New("no scenario is named")
	}
	s := scenarioOf(words[0])
	if s == nil {
		return Reply{}, 0, fmt.Errorf("there is no scenario %q", words[0])
	}
	if s.reply == nil {
		return Reply{}, 0, fmt.Errorf("scenario %q needs a listener of its own: use Play", s.Name)
	}
	a, err := s.read(words[1:])
	if err != nil {
		return Reply{}, 0, err
	}
	reply := s.play(a)
	count := a.number("count", s.count)
	if count > 0 {
		reply.times = count
	}
	return reply, count, nil
}

// maxAmount is the most of what an answer holds, in the words of sortAmount.
const maxAmount = 100000

// checkKey refuses keys that the scenario does not have, and values that are not
// of the key's sort.
func (s *Scenario) checkKey(key, value string) error {
	i := slices.IndexFunc(s.keys, func(k scenarioKey) bool { return k.name == key })
	k := scenarioKey{}
	if i >= 0 {
		k = s.keys[i]
	} else if i = slices.IndexFunc(commonKeys, func(k scenarioKey) bool { return k.name == key }); i >= 0 {
		k = commonKeys[i]
	} else {
		return fmt.Errorf("scenario %q has no key %q", s.Name, key)
	}
	var err error
	switch k.sort {
	case sortNumber:
		_, err = strconv.Atoi(value)
	case sortAmount:
		if n, wrong := strconv.Atoi(value); wrong != nil || n < 0 || n > maxAmount {
			err = errors.New("out of range")
		}
	case sortStatus:
		if status, wrong := strconv.Atoi(value); wrong != nil || status < 200 || status > 999 {
			err = errors.New("out of range")
		}
	case sortDuration:
		_, err = readDuration(value)
	case sortThinking, sortTemplate, sortWrong:
		_, list, _ := strings.Cut(strings.ReplaceAll(string(k.sort), " or ", ", "), ": ")
		if !slices.Contains(strings.Split(list, ", "), value) {
			err = errors.New("not one of the words")
		}
	}
	if err != nil {
		return fmt.Errorf("scenario %q: %s=%q is not %s", s.Name, key, value, k.sort)
	}
	return nil
}
