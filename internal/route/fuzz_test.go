package route

import (
	"net/url"
	"strings"
	"testing"
)

// planted is put where a secret may stand. It looks like no credential, so
// that nothing but its place can give it away.
const planted = "zq7planted7qz"

func FuzzParse(f *testing.F) {
	for _, c := range parsed {
		f.Add(c.text, "")
	}
	for _, c := range refused {
		f.Add(c.text, "")
	}
	for _, route := range Routes() {
		f.Add("https://gw.example.com/x/openai/deployments/d", route)
		f.Add("https://contoso.services.ai.azure.com/models?api-version=2025-04-01", route)
	}
	f.Fuzz(func(t *testing.T, text, route string) {
		check(t, text, Override{Route: route})
		if strings.Contains(strings.ToLower(text), planted) {
			return
		}
		head := schemeHead.FindString(text)
		rest := text[len(head):]
		for _, user := range []string{planted + "@", "user:" + planted + "@", planted + ":@"} {
			if _, err := check(t, head+user+rest, Override{Route: route}); err == nil {
				t.Errorf("took user info: %q", head+user+rest)
			}
		}
		if _, err := check(t, text+"#"+planted, Override{Route: route}); err == nil {
			t.Errorf("took a fragment: %q", text+"#"+planted)
		}
		for _, mark := range []string{"?", "&", "?x=1&"} {
			for _, member := range []string{"api-key=" + planted, "code=" + planted, "sig=" + planted, "token=" + planted} {
				_, err := check(t, text+mark+member, Override{Route: route})
				if err == nil && strings.Contains(text+mark, "?") {
					t.Errorf("took a credential in the query: %q", text+mark+member)
				}
			}
			check(t, text+mark+planted, Override{Route: route})
			check(t, text+mark+planted+"=1", Override{Route: route})
			check(t, text+mark+"x="+planted, Override{Route: route})
			check(t, text+mark+"api-version="+planted, Override{Route: route})
		}
	})
}

// check parses a text, and says of whatever comes what must be true of it.
func check(t *testing.T, text string, override Override) (Endpoint, error) {
	t.Helper()
	e, err := Parse(text, override)
	if err != nil {
		message := err.Error()
		switch {
		case e != (Endpoint{}):
			t.Errorf("%q: an endpoint with an error: %+v", text, e)
		case !strings.HasPrefix(message, "azmistral: ") || strings.ContainsAny(message, "\r\n"):
			t.Errorf("%q: the error's form: %q", text, message)
		case strings.Contains(strings.ToLower(message), planted) && strings.Contains(text, planted):
			t.Errorf("%q: the error holds what was planted: %q", text, message)
		}
		return e, err
	}
	u, err := url.Parse(e.URL)
	switch {
	case err != nil:
		t.Errorf("%q: its URL can't be parsed: %v", text, err)
	case u.Scheme != "https" && u.Scheme != "http":
		t.Errorf("%q: the scheme of %q", text, e.URL)
	case u.User != nil || u.Fragment != "" || strings.ContainsAny(e.URL, "#@"):
		t.Errorf("%q: user info or fragment in %q", text, e.URL)
	case u.Host == "" || u.Host != strings.ToLower(u.Host):
		t.Errorf("%q: the host of %q", text, e.URL)
	case !strings.HasSuffix(u.EscapedPath(), "/chat/completions") || strings.Contains(u.EscapedPath(), "//"):
		t.Errorf("%q: the path of %q", text, e.URL)
	case u.Query().Get("api-version") != e.APIVersion:
		t.Errorf("%q: api-version %q, but %q", text, e.APIVersion, e.URL)
	case override.Route != "" && e.Route != override.Route:
		t.Errorf("%q: route %s, but %s was asked for", text, e.Route, override.Route)
	case e.Model == ModelInPath && override.Route == "" && e.Deployment == "":
		t.Errorf("%q: no deployment in %q", text, e.URL)
	}
	again, err := Parse(e.URL, override)
	if err != nil || again != e {
		t.Errorf("%q: its own URL means something else:\n%+v\n%+v\n%v", text, e, again, err)
	}
	return e, nil
}
