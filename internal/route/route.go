// Package route holds what is known of the places where Azure serves Mistral
// models, as data, and reads an endpoint's text by it.
//
// The table is in table.go: the rows, the forms a path has, the hosts. Parse
// reads a text in four steps, a file each: text.go (is this a URL at all?),
// host.go (where is it?), path.go (what does its path say?) and query.go.
// parse.go puts them together.
package route

import "slices"

// Names says which field names a chat body uses.
type Names uint8

const (
	NamesMistral   Names = iota // random_seed, tool_choice "any" or "required", string or object images
	NamesInference              // seed; system, assistant and tool content as strings; stop as an array; extra-parameters header
	NamesOpenAI                 // seed, the OpenAI forms
)

// ModelRule says where a request names its model.
type ModelRule uint8

const (
	ModelRequired ModelRule = iota // in the body
	ModelOptional                  // in the body, may be left out
	ModelInPath                    // in the URL; sent in the body too when given
)

// Row is one line of the route table.
type Row struct {
	Route         string
	Path          string // of the chat operation, below the base; "{deployment}" stands for a name
	APIVersion    string // empty: none is sent
	Model         ModelRule
	KeyHeader     string // "Authorization" means "Bearer <key>"
	TokenScope    string // empty: no Entra ID known
	Names         Names
	PassThrough   bool // takes the extra-parameters header, and needs it for fields outside its schema
	IgnoreVersion bool // an api-version in the text is left out: the route has none
}

// Endpoint is an endpoint's text, understood. Its Row is the table's with
// APIVersion, KeyHeader and TokenScope as they are for this endpoint: what the
// text, the cloud and the Override say is worked in. Row.Path stays the
// table's; where requests go is URL alone.
type Endpoint struct {
	Row
	URL        string // where chat requests go, query included
	Deployment string // unescaped
}

// Override is what a caller knows better than the text. Empty fields override nothing.
//
// A Route other than the one the text shows gives the names, the api-version,
// the key's header and the scope. The path stays as it is when the text ends
// in /chat/completions. Otherwise the route's own path is appended, what both
// have in common only once (/openai and /openai/v1/chat/completions make
// /openai/v1/chat/completions); on a host of Azure's it takes the place of the
// path that the text shows, since there the bases are known.
type Override struct {
	Route      string
	APIVersion string
	TokenScope string
	KeyHeader  string
	Cloud      string // the domain of a sovereign cloud, such as "azure.us"; for hosts that do not tell theirs
}

// Lookup gives the row of a route.
func Lookup(route string) (Row, bool) {
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Route == route })
	if i < 0 {
		return Row{}, false
	}
	return rows[i], true
}

// Routes lists the routes of the table, in its order.
func Routes() []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Route
	}
	return names
}
