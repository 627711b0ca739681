package route

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// maxText bounds an endpoint's text, in bytes. The longest URL that a portal
// shows has a few hundred.
const maxText = 4096

// refuse makes an error about the endpoint. Texts go into it only where they
// were checked to be a host, or are ours: whatever else was pasted may be, or
// hold, a secret.
func refuse(format string, args ...any) error {
	return fmt.Errorf("azmistral: endpoint "+format, args...)
}

// trim takes off what comes along when a text is copied out of a file, a
// shell or a letter. None of it ends a URL that means something here.
func trim(text string) string {
	edge := func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\uFEFF\u200B\u200E\u2060\"'`<>()\u2018\u2019\u201C\u201D\u00AB\u00BB\\,;", r)
	}
	text = strings.TrimFunc(text, edge)
	// A full stop behind a closing quote; one behind the URL itself is splitPath's.
	if cut, ok := strings.CutSuffix(text, "."); ok && strings.TrimRightFunc(cut, edge) != cut {
		text = strings.TrimRightFunc(cut, edge)
	}
	return text
}

var (
	variableName   = regexp.MustCompile(`^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|%[A-Za-z_][A-Za-z0-9_]*%)$`)
	variableLookup = regexp.MustCompile(`(?i)getenv\(|process\.env\.|os\.environ\b|\$`)
	settingLine    = regexp.MustCompile(`(?i)^[a-z_][a-z0-9_. "-]*[=:]\s*["']?https?:/`)
	bracketed      = regexp.MustCompile(`\[[^\]:]*\]`) // an IPv6 address has colons
	credentialText = regexp.MustCompile(`(?i)^(?:bearer|authorization:|api-key:)\s`)
	credentialHead = regexp.MustCompile(`^(?:eyJ[A-Za-z0-9_-]{8,}(?:\.|$)|(?:gh[a-z]_|github_pat_|sk-)[A-Za-z0-9_-]{16,}$)`)
	credentialBody = regexp.MustCompile(`^[A-Za-z0-9+/=_-]{32,}$`)
	urlText        = regexp.MustCompile(`^[A-Za-z0-9._~:/?#@!&'()*+,;=%\[\]-]*$`)
	placeholder    = regexp.MustCompile(`(?i)^(?:your[-_]?(?:(?:custom|azure|ai|openai|aoai|foundry|mistral|resource|endpoint|deployment|deployed|model|project|account|service|services|subdomain|domain|region|host|hub|gateway|apim|api|name|id|here)[-_]?)+|(?:resource|deployment|project|endpoint)[-_](?:name|id))$`)
)

// checkText refuses what is no URL, before anything takes it apart.
func checkText(text string) error {
	switch {
	case text == "":
		return refuse("is empty: write the URL that the portal shows as endpoint or Target URI, such as https://<resource>.services.ai.azure.com/openai/v1")
	case len(text) > maxText:
		return refuse("is %d bytes long: that is no URL of Azure's", len(text))
	case credentialText.MatchString(text), isCredential(text):
		return refuse("looks like a key or a token, not like a URL: the endpoint comes first, then the credential")
	case variableName.MatchString(text), variableLookup.MatchString(text):
		return refuse("is, or holds, the name of a variable instead of its value: read it first, as with os.Getenv")
	case settingLine.MatchString(text) && !schemeHead.MatchString(text):
		return refuse("holds more than a URL (a setting's name, or a connection string): write the part from https:// on")
	case strings.ContainsAny(text, "<>{}"), bracketed.MatchString(text):
		return errPlaceholder()
	case strings.ContainsFunc(text, unicode.IsSpace):
		return refuse("has a blank or a line break inside: write one URL, with %%20 for a blank in a name")
	case !urlText.MatchString(text):
		return refuse("has a character that no URL has: write it in ASCII, others escaped (%%XX), a host in its xn-- form")
	}
	return nil
}

func errPlaceholder() error {
	return refuse("still has a placeholder of an example's in it: put the name of your own resource, project or deployment there")
}

// isCredential says whether a text without a scheme looks like a key or a
// token. Keys of Azure's have 32 letters and digits or more.
func isCredential(text string) bool {
	return credentialHead.MatchString(text) || credentialBody.MatchString(text)
}
