// Package route holds what is known of the places where Azure serves Mistral
// models, as data, and reads an endpoint's text by it.
package route

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
	Route       string
	Path        string // of the chat operation, below the base
	APIVersion  string // empty: none is sent
	Model       ModelRule
	KeyHeader   string // "Authorization" means "Bearer <key>"
	TokenScope  string // empty: no Entra ID known
	Names       Names
	PassThrough bool // takes the extra-parameters header, and needs it for fields outside its schema
}

// Endpoint is an endpoint's text, understood.
type Endpoint struct {
	Row
	URL        string // where chat requests go, query included
	Deployment string
}

// Override is what a caller knows better than the text. Empty fields override nothing.
type Override struct {
	Route      string
	APIVersion string
	TokenScope string
	KeyHeader  string
	Cloud      string // the domain of a sovereign cloud, such as "azure.us"
}

// Lookup gives the row of a route.
func Lookup(route string) (Row, bool) { return Row{}, false }

// Parse reads an endpoint's text.
func Parse(text string, override Override) (Endpoint, error) { return Endpoint{}, nil }
