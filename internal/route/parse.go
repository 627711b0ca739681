package route

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Parse reads an endpoint's text. It takes what people paste: a bare host, a
// base, the URL of any operation with its query, in any case, with doubled
// slashes and segments, with quotes around it.
//
// A text without scheme is https; for a host of the user's own machine and for
// a name of one word that is an error, which says what to write. http is kept
// for every host: whether a credential may travel so is the client's decision.
//
// The URL of another operation stands for the chat of the same base where
// that base is known. Query members other than api-version are kept on hosts
// that are not Azure's (a gateway may need them) and refused on Azure's. An
// api-version in the text wins over the table's, unless the route has none,
// and override's wins over both.
//
// On a host that is not Azure's a path that ends in /chat/completions without
// a base that tells is generic; with an api-version it is serverless, since
// only the model inference API is spelled so.
//
// Errors are one line, and hold nothing of the text but its scheme, host and
// port, once these are known to be such.
func Parse(text string, override Override) (Endpoint, error) {
	text = trim(text)
	if err := checkText(text); err != nil {
		return Endpoint{}, err
	}
	l, err := locate(text)
	if err != nil {
		return Endpoint{}, err
	}
	if strings.HasSuffix(l.url.Path, "/.default") {
		return Endpoint{}, refuse("is a token's scope: write the endpoint of your resource; a scope is set by the option TokenScope")
	}
	p, err := placeOf(l.host)
	if err != nil {
		return Endpoint{}, err
	}
	switch f := l.url.Fragment; {
	case strings.Contains(text, "@"):
		return Endpoint{}, errUserInfo()
	case f != "" && f != "stream": // Mistral's client has #stream in its paths; it never reaches the wire
		return Endpoint{}, refuse("has a fragment (#…): leave it out, no server sees it")
	}
	segments, err := splitPath(l.url.EscapedPath())
	if err != nil {
		return Endpoint{}, err
	}
	q, err := readQuery(l.url.RawQuery)
	if err != nil {
		return Endpoint{}, err
	}
	if q.others != "" && p != placeOther {
		return Endpoint{}, refuse("has a query member that %s does not know: only %s belongs there", l.host, versionName)
	}

	if v := override.APIVersion; v != "" && !versionText.MatchString(v) {
		return Endpoint{}, fmt.Errorf("azmistral: APIVersion %q can't be one: write one such as %s, or leave it empty", v, inferenceVersion)
	}

	v := visit{place: p, origin: l.origin(), tail: cutTail(fold(segments, p.open)), versioned: cmp.Or(override.APIVersion, q.version) != ""}
	route, path, err := v.resolve()
	if override.Route != "" && override.Route != route {
		route, path, err = v.override(override.Route, err)
	}
	if err != nil {
		return Endpoint{}, err
	}
	row, _ := Lookup(route)
	if row.IgnoreVersion {
		q.version = ""
	}
	row.APIVersion = cmp.Or(override.APIVersion, q.version, row.APIVersion)
	row.KeyHeader = cmp.Or(override.KeyHeader, row.KeyHeader)
	row.TokenScope = cmp.Or(override.TokenScope, inCloud(row.TokenScope, cmp.Or(cloudOf(l.host), strings.ToLower(override.Cloud))))
	return Endpoint{
		Row:        row,
		URL:        l.origin() + "/" + strings.Join(path, "/") + q.write(row.APIVersion),
		Deployment: deploymentOf(path),
	}, nil
}

// A visit is a path at a place.
type visit struct {
	place     *place
	origin    string
	tail      tail
	versioned bool // an api-version is asked for
}

// resolve gives the route and the chat path that the text means.
func (v visit) resolve() (route string, path []string, err error) {
	t, p := v.tail, v.place
	if missing, ok := t.half(); ok {
		return "", nil, refuse("%s: the path stops in the middle; %s", v.origin, missing)
	}
	if t.buried() {
		return "", nil, refuse("%s: the path goes on where a base ends; write %s", v.origin, v.instead())
	}
	if _, ok := p.routes[t.form]; !ok && p == placeOther { // what is a form elsewhere is a base like others here
		t = tail{base: slices.Concat(t.base, t.at), op: t.op}
	}
	if p.score && len(t.base) == 0 && t.form == nil && slices.Equal(t.op, scorePath) {
		t = tail{}
	}
	f := t.form
	switch {
	case slices.Equal(t.op, scorePath):
		return "", nil, v.unknown()
	case f != nil || t.chat():
	case t.bare():
		f = p.bare
	case t.op == nil: // a base of the user's own
		if p != placeOther {
			return "", nil, v.unknown()
		}
		f = p.bare
	case len(t.base) > 0 || p == placeOther:
		return "", nil, v.unknown()
	}
	route, ok := p.routes[f]
	if !ok || !p.takes(f, t.base) {
		return "", nil, v.unknown()
	}
	if p == placeOther && f == nil && v.versioned {
		route = serverless
	}
	return route, t.path(f), nil
}

// override gives the chat path where the caller has named another route than
// the text does; err is what resolve said.
func (v visit) override(route string, err error) (string, []string, error) {
	row, ok := Lookup(route)
	if !ok {
		return "", nil, fmt.Errorf("azmistral: route %q is not known: it is one of %s, or empty for what the endpoint shows", route, strings.Join(Routes(), ", "))
	}
	t := v.tail
	if t.chat() {
		return route, t.path(t.form), nil
	}
	if t.op != nil && err != nil {
		return "", nil, err
	}
	base := slices.Concat(t.base, t.at)
	if v.place != placeOther && err == nil && t.form != formProject {
		base = t.base
	}
	path, ok := join(base, strings.Split(strings.TrimPrefix(row.Path, "/"), "/"))
	if !ok {
		return "", nil, refuse("%s: the path names no deployment, and the route %s needs one; write …/openai/deployments/<deployment>", v.origin, route)
	}
	return route, path, nil
}

func (v visit) unknown() error {
	if v.tail.op != nil && !v.tail.chat() {
		return refuse("%s: this is the URL of another operation (%s), and where its chat is can't be told; write %s", v.origin, strings.Join(v.tail.op, "/"), v.instead())
	}
	return refuse("%s: this path is not known there; write %s", v.origin, v.instead())
}

func (v visit) instead() string { return strings.ReplaceAll(v.place.write, "HOST", v.origin) }
