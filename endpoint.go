package azmistral

// Route is one of the places where Azure serves Mistral models. It decides the
// path, the field names, the key's header and the token's scope. It is an open
// set.
type Route string

const (
	RouteServerless   Route = "serverless"
	RouteServerlessV1 Route = "serverless-v1"
	RouteModels       Route = "models"
	RouteOpenAIV1     Route = "openai-v1"
	RouteDeployments  Route = "deployments"
	RouteManaged      Route = "managed"
	RouteGitHub       Route = "github"
	RouteGeneric      Route = "generic"
)

// Endpoint is what an endpoint's text means.
type Endpoint struct {
	Route      Route
	URL        string
	Deployment string
	TokenScope string
	KeyHeader  string
}

// ParseEndpoint says what an endpoint's text means.
func ParseEndpoint(endpoint string) (Endpoint, error) { panic("endpoint") }
