package route

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	schemeHead   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
	schemeBroken = regexp.MustCompile(`(?i)^https?[:/]`)
	hostLabel    = regexp.MustCompile(`^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$`)
)

// defaultPorts are left out of a URL.
var defaultPorts = map[string]string{"https": "443", "http": "80"}

// A location is a URL taken apart, its host checked and in its plain form.
type location struct {
	scheme string
	host   string // lower case, without port
	port   string // empty: the scheme's
	url    *url.URL
}

// locate reads scheme and host. A text without scheme is https, but not for a
// host of the user's own machine or a name of one word: such a server speaks
// plain http as often, and neither is worth a guess.
func locate(text string) (*location, error) {
	head := schemeHead.FindString(text)
	rest := text[len(head):]
	scheme := strings.ToLower(strings.TrimSuffix(head, "://"))
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	switch {
	case head != "" && scheme != "https" && scheme != "http":
		return nil, refuse("has another scheme than https: write https://… (or http:// for a server of your own)")
	case head == "" && schemeBroken.MatchString(text):
		return nil, refuse("begins with a broken scheme: write https://…")
	case strings.Contains(rest, "://"):
		return nil, refuse("holds two URLs, or its scheme twice: write one https://…")
	case authority == "":
		return nil, refuse("has no host: write a whole URL, such as https://<resource>.services.ai.azure.com/openai/v1")
	case strings.Contains(authority, "@"):
		return nil, errUserInfo()
	case strings.Count(authority, ":") > 1 && !strings.HasPrefix(authority, "["):
		return nil, errIPv6()
	case isCredential(authority):
		return nil, refuse("has what looks like a key or a token in place of a host: the endpoint comes first, then the credential")
	}
	if head == "" {
		scheme = "https"
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil || u.Opaque != "" { // url.Parse's own error would repeat the text
		return nil, refuse("can't be read as a URL: its host, its port or an escape (%%XX) is broken")
	}
	l := &location{scheme: scheme, url: u}
	if l.host, err = readHost(u); err != nil {
		return nil, err
	}
	if l.port, err = readPort(u, scheme); err != nil {
		return nil, err
	}
	if head == "" {
		local := l.host + portSuffix(l.port)
		switch {
		case isLocal(l.host):
			return nil, refuse("%s is on this machine and has no scheme: write http://%[1]s or https://%[1]s", local)
		case !strings.ContainsAny(l.host, ".:"):
			return nil, refuse("is, or begins with, one word: write https://<resource>.services.ai.azure.com/openai/v1 for a resource, or a scheme before the name of a server of your own")
		}
	}
	return l, nil
}

func errUserInfo() error {
	return refuse("has an @, as before a host or in a user name with password: leave that out, the credential is given apart (an @ in a name is written %%40)")
}

func errIPv6() error {
	return refuse("has an IPv6 address that can't be read: write it in brackets and without zone, such as http://[::1]:8080")
}

// readHost gives the host in lower case, without a closing dot; an IPv6
// address in its brackets.
func readHost(u *url.URL) (string, error) {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if strings.Contains(host, ":") {
		addr, err := netip.ParseAddr(host)
		if err != nil || addr.Zone() != "" {
			return "", errIPv6()
		}
		return "[" + addr.String() + "]", nil
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if placeholder.MatchString(label) {
			return "", errPlaceholder()
		}
		if !hostLabel.MatchString(label) {
			return "", refuse("has a host that no server can have: write one such as <resource>.services.ai.azure.com")
		}
	}
	if len(host) > 253 {
		return "", refuse("has a host of %d bytes: no server can have it", len(host))
	}
	return host, nil
}

func readPort(u *url.URL, scheme string) (string, error) {
	text := u.Port()
	if text == "" {
		return "", nil
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return "", refuse("has a port outside 1 to 65535")
	}
	if text = strconv.FormatUint(port, 10); text == defaultPorts[scheme] {
		return "", nil
	}
	return text, nil
}

func portSuffix(port string) string {
	if port == "" {
		return ""
	}
	return ":" + port
}

func (l *location) origin() string { return l.scheme + "://" + l.host + portSuffix(l.port) }

// isLocal says whether a host is the user's own machine.
func isLocal(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && (addr.Unmap().IsLoopback() || addr.IsUnspecified())
}

// cloudOf gives the domain of the host's cloud; empty where it does not tell.
func cloudOf(host string) string {
	for _, c := range clouds {
		if strings.HasSuffix(host, c.suffix) {
			return c.domain
		}
	}
	return ""
}

// publicHost gives the name that a sovereign host has in the public cloud.
func publicHost(host string) string {
	if domain := cloudOf(host); domain != "" && strings.HasSuffix(host, "."+domain) {
		return strings.TrimSuffix(host, domain) + publicDomain
	}
	return host
}

// inCloud gives a scope of the public cloud as it is in another.
func inCloud(scope, domain string) string {
	if domain == "" {
		return scope
	}
	return strings.Replace(scope, "."+publicDomain+"/", "."+domain+"/", 1)
}

// placeOf says what kind of host it is, and refuses those that are no place
// for a request.
func placeOf(host string) (*place, error) {
	public := publicHost(host)
	if page, ok := pages[public]; ok {
		return nil, refuse("%s is %s", host, page)
	}
	for _, p := range places {
		for _, h := range p.hosts {
			if public == h || strings.HasPrefix(h, ".") && strings.HasSuffix(public, h) {
				return p, nil
			}
			if "."+public == h {
				return nil, refuse("%s lacks the name of your resource: write https://<resource>%s", host, "."+host)
			}
		}
	}
	return placeOther, nil
}

// takes says whether a form may stand on a base here.
func (p *place) takes(f *form, base []string) bool {
	return len(base) == 0 || p.open || slices.EqualFunc(p.bases[f], base, sameSegment)
}
