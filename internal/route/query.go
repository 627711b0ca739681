package route

import (
	"net/url"
	"regexp"
	"strings"
)

// versionName is the query member that names an api-version.
const versionName = "api-version"

var (
	versionText = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	secretValue = regexp.MustCompile(`[A-Za-z0-9+/=_]{32}|^eyJ|^sk-|^gh[a-z]_`) // a UUID with its hyphens passes

	// secretNames are query members that carry a credential: Azure's keys,
	// Functions' code, the signature of a shared access token, and the like.
	secretNames = map[string]bool{"key": true, "code": true, "sig": true, "auth": true, "pwd": true, "pass": true}
	secretParts = []string{"apikey", "subscriptionkey", "accesskey", "accountkey", "functionskey", "token", "secret", "password", "signature", "credential", "authorization"}
)

// A query is what an endpoint's text has behind its question mark.
type query struct {
	version string // its api-version
	others  string // the other members, encoded anew in their order
}

// readQuery takes the query apart. A credential in it is refused: the URL is
// written to logs and errors.
func readQuery(raw string) (query, error) {
	var q query
	var others []string
	for member := range strings.SplitSeq(raw, "&") {
		if member == "" {
			continue
		}
		escapedName, escapedValue, hasValue := strings.Cut(member, "=")
		key, err1 := url.QueryUnescape(escapedName)
		value, err2 := url.QueryUnescape(escapedValue)
		if err1 != nil || err2 != nil || strings.ContainsAny(member, "?;") {
			return query{}, refuse("has a query that can't be read: only %s=… is needed there", versionName)
		}
		if word := secretWord(key); word != "" {
			return query{}, refuse("has a credential in its query (%s): leave it out, the credential is given apart", word)
		}
		if strings.EqualFold(key, versionName) {
			value = strings.TrimRight(value, ".")
			switch {
			case value == "":
				continue
			case !versionText.MatchString(value) || secretValue.MatchString(value):
				return query{}, refuse("has an %s that can't be one: write one such as %s", versionName, inferenceVersion)
			case q.version != "" && q.version != value:
				return query{}, refuse("has two %ss that differ: write one", versionName)
			}
			q.version = value
			continue
		}
		if !hasValue || key == "" || secretValue.MatchString(key) || secretValue.MatchString(value) {
			return query{}, refuse("has a query member without name or value, or one that looks like a credential: leave it out")
		}
		others = append(others, url.QueryEscape(key)+"="+url.QueryEscape(value))
	}
	q.others = strings.Join(others, "&")
	return q, nil
}

// secretWord gives the word by which a member's name is one of a credential.
func secretWord(key string) string {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(key))
	if secretNames[plain] {
		return plain
	}
	for _, part := range secretParts {
		if strings.Contains(plain, part) {
			return part
		}
	}
	return ""
}

// write gives the query of a chat URL, question mark included.
func (q query) write(version string) string {
	var members []string
	if version != "" {
		members = append(members, versionName+"="+url.QueryEscape(version))
	}
	if q.others != "" {
		members = append(members, q.others)
	}
	if len(members) == 0 {
		return ""
	}
	return "?" + strings.Join(members, "&")
}

// Loggable gives a chat URL without the values of its further query members:
// what a gateway wants there is not known to be harmless.
func Loggable(chatURL string) string {
	base, raw, _ := strings.Cut(chatURL, "?")
	if raw == "" {
		return base
	}
	var members []string
	for member := range strings.SplitSeq(raw, "&") {
		key, _, _ := strings.Cut(member, "=")
		if key != versionName {
			member = key + "=..."
		}
		members = append(members, member)
	}
	return base + "?" + strings.Join(members, "&")
}
