package media

import (
	"encoding/base64"
	"net/netip"
	"net/url"
	"path"
	"strings"
)

// url checks a URL. Of a data: URL it gives the bytes, and remembers what the URL
// says of them.
func (g *given) url(text string) (data []byte, err error) {
	g.source = g.kind.name + " URL"
	switch strings.TrimSpace(text) {
	case "":
		return nil, broken(g.source, ErrEmpty, "it is empty")
	case text:
	default:
		return nil, broken(g.source, ErrURL, "it has blanks or line breaks around it")
	}
	if len(text) >= 5 && strings.EqualFold(text[:5], "data:") {
		return g.dataURL(text[5:])
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "" || len(u.Scheme) == 1 || u.Scheme == "file":
		// The parser's error would quote it. One letter is a drive.
		return nil, broken(g.source, ErrURL, "it is none that the service could fetch: for a file use %s, for bytes %s, for a page of the web write https:// before it",
			g.kind.function("", "File"), g.kind.function("", ""))
	case u.User != nil:
		return nil, broken(g.source, ErrURL, "it has a user name or a password in it, which would go to the service: use a signed URL, or read it yourself and use %s", g.kind.function("Read", ""))
	case u.Hostname() == "" && isWeb(u):
		return nil, broken(g.source, ErrURL, "it has no host")
	case g.unchecked:
		return nil, nil
	}
	return nil, g.checkRemote(u)
}

// dataURL reads what comes after "data:": a media type and parameters, maybe
// ";base64", a comma, the data.
func (g *given) dataURL(text string) ([]byte, error) {
	head, payload, ok := strings.Cut(text, ",")
	if !ok {
		return nil, broken(g.source, ErrURL, `it is a data: URL without a comma: write "data:image/png;base64," before the data`)
	}
	said, parameters, _ := strings.Cut(head, ";")
	if g.mediaType == "" {
		g.mediaType, g.saidByURL = strings.TrimSpace(said), true
	}
	if payload == "" {
		return nil, broken(g.source, ErrEmpty, "it is a data: URL without data")
	}
	// A form of base64 may have its signs escaped, as any URL may.
	if strings.Contains(payload, "%") {
		plain, err := url.PathUnescape(payload)
		if err != nil {
			return nil, broken(g.source, ErrURL, "it is a data: URL with a broken %% in it")
		}
		payload = plain
	}
	if !strings.EqualFold(strings.TrimSpace(parameters[strings.LastIndexByte(parameters, ';')+1:]), "base64") {
		return []byte(payload), nil
	}
	data, err := decodeBase64(payload)
	if err != nil {
		return nil, &Error{Source: g.source, Rule: ErrURL, Message: "it is a data: URL whose base64 is broken, or cut short", Err: err}
	}
	return data, nil
}

// decodeBase64 reads either alphabet, with or without padding. Line breaks are
// skipped.
func decodeBase64(text string) ([]byte, error) {
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	return encoding.DecodeString(strings.TrimRight(text, "=\r\n"))
}

// checkRemote says what keeps the service from fetching a URL, or from using what
// it promises to be.
func (g *given) checkRemote(u *url.URL) error {
	switch {
	case u.Scheme != "https":
		return advice(g.source, ErrURL, "its scheme is not https, which is what the service fetches: read it yourself and use %s", g.kind.function("Read", ""))
	case isLocal(u.Hostname()):
		return advice(g.source, ErrURL, "the service fetches it, and cannot reach a host of this machine or of a private network: read it yourself and use %s", g.kind.function("Read", ""))
	}
	if f := formatByExtension(u.Path); f != nil && f.kind != g.kind {
		if f.kind != nil {
			return advice(g.source, ErrMediaType, "its path ends in %s: use %s", path.Ext(u.Path), f.kind.function("", "URL"))
		}
		return g.refuse(f, "its path ends in "+path.Ext(u.Path))
	}
	return nil
}

// isWeb says whether a URL is one that has a host. The parser makes schemes lower
// case.
func isWeb(u *url.URL) bool { return u.Scheme == "https" || u.Scheme == "http" }

// isLocal says whether a host means something on this machine or network only.
func isLocal(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast() || address.IsUnspecified()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, end := range []string{".localhost", ".local", ".internal"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}
