package azmistral

import (
	"fmt"
	"strings"

	"github.com/azmistral/azmistral/internal/route"
)

// Route is one of the places where Azure serves Mistral models. It decides the
// path, the field names, the key's header and the token's scope. It is an open
// set.
//
// In the host forms below, <…> stands for a name; .azure.us and .azure.cn
// stand in for .azure.com in the sovereign clouds, in the host and then in the
// token's scope. What is called an assumption can be corrected by
// ClientOptions: Route, TokenScope, KeyHeader, APIVersion.
type Route string

const (
	// RouteServerless is the model inference API of a serverless endpoint:
	// https://<name>.<region>.models.ai.azure.com/chat/completions, or
	// .inference.ai.azure.com in its spelling of early 2024. Documented and
	// recorded; an api-version is sent, the model is in the host.
	RouteServerless Route = "serverless"

	// RouteServerlessV1 is Mistral's own API on the same hosts, under /v1.
	// Recorded by many clients; no api-version. A bare host means this one.
	RouteServerlessV1 Route = "serverless-v1"

	// RouteModels is the model inference API of an Azure AI resource:
	// https://<resource>.services.ai.azure.com/models. Documented, and called
	// deprecated by Azure since 2026 in favour of RouteOpenAIV1. An
	// api-version is sent; the request's model is the deployment's name.
	RouteModels Route = "models"

	// RouteOpenAIV1 is the OpenAI API of an Azure AI or Azure OpenAI resource:
	// https://<resource>.services.ai.azure.com/openai/v1, and so on
	// .openai.azure.com and .cognitiveservices.azure.com, also under
	// /api/projects/<project>. Documented; no api-version; the request's model
	// is the deployment's name and needed. These hosts bare, and a bare
	// project, mean this one. That a project takes keys is an assumption.
	RouteOpenAIV1 Route = "openai-v1"

	// RouteDeployments is the older OpenAI API of the same hosts, with the
	// deployment in the path: /openai/deployments/<deployment>. Recorded; an
	// api-version is sent.
	RouteDeployments Route = "deployments"

	// RouteManaged is a managed online endpoint of Azure Machine Learning:
	// https://<endpoint>.<region>.inference.ml.azure.com. Documented; the
	// path is the container's: a chat URL is used as it is, everything else
	// means /v1/chat/completions, which is an assumption. An api-version is
	// sent when the text has one.
	RouteManaged Route = "managed"

	// RouteGitHub is GitHub Models: https://models.github.ai/inference, also
	// under /orgs/<organisation>, and https://models.inference.ai.azure.com.
	// Documented by GitHub. Its key is a token of GitHub's; there is no Entra
	// ID.
	RouteGitHub Route = "github"

	// RouteGeneric is any other host whose path does not tell: a gateway, a
	// custom domain, a test server, Mistral's own API. Mistral's names and a
	// Bearer key are sent to <base>/v1/chat/completions, or to the text as it
	// is where it ends in /chat/completions; for hosts other than Mistral's
	// that is an assumption. It has no token scope.
	RouteGeneric Route = "generic"
)

// Endpoint is what an endpoint's text means. It is comparable; String gives
// one line for a log.
type Endpoint struct {
	// Route is the place. It is RouteGeneric where neither host nor path tell.
	Route Route

	// URL is where chat requests go: scheme, host, path and query, the
	// api-version included. It never holds user info or a fragment, and no
	// query member that is known to carry a credential. Its scheme is https,
	// or http where the text says so; whether a credential may travel over
	// http is the client's decision, not made here.
	URL string

	// Deployment is the deployment's name, unescaped, when the URL names one
	// (RouteDeployments); else it is empty, and requests name a model.
	Deployment string

	// TokenScope is the scope asked for when signing in with Entra ID. Empty
	// where none is known: NewClient then needs ClientOptions.TokenScope.
	TokenScope string

	// KeyHeader is the header that carries a key: "api-key", or
	// "Authorization" for "Bearer <key>".
	KeyHeader string
}

// String gives route, URL and sign-in in one line. The values of query members
// other than api-version, which only a gateway has, are left out.
func (e Endpoint) String() string {
	if e == (Endpoint{}) {
		return "no endpoint"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s (", e.Route, route.Loggable(e.URL))
	if e.Deployment != "" {
		fmt.Fprintf(&b, "deployment %q, ", e.Deployment)
	}
	fmt.Fprintf(&b, "key header %s, ", e.KeyHeader)
	if e.TokenScope == "" {
		b.WriteString("no token scope)")
	} else {
		fmt.Fprintf(&b, "token scope %s)", e.TokenScope)
	}
	return b.String()
}

// ParseEndpoint says what an endpoint's text means, as NewClient would read it
// with nil options. It makes no request.
//
// It takes what people paste: a resource's bare host, the base that a client
// of others wants, the portal's "Target URI" of any operation with its query,
// a project's URL, a gateway's URL; in any case, with quotes, blanks, slashes
// or segments too many. The URL of another operation, such as embeddings,
// stands for the chat of the same base. A text without scheme means https; for
// localhost, loopback addresses and names of one word the scheme must be
// written. An http URL is accepted for any host; a client refuses to send a
// credential there unless its options allow it.
//
// An api-version in the text is kept, but for RouteOpenAIV1, which has none.
// Other query members are kept on hosts that are not Azure's, and refused on
// Azure's.
//
// What can't be understood for sure is an error of one line that says what was
// understood and what to write: portal pages, placeholders of examples,
// unknown paths of Azure's hosts, other schemes, user info, fragments, and
// credentials in the query or in the endpoint's place. Errors hold nothing of
// the text but scheme, host and port, and these only where they can't be a
// password.
func ParseEndpoint(endpoint string) (Endpoint, error) {
	_, e, err := resolveEndpoint(endpoint, route.Override{})
	return e, err
}

// resolveEndpoint reads an endpoint's text by what the options override, for
// the client (the whole row) and for the user.
func resolveEndpoint(text string, o route.Override) (route.Endpoint, Endpoint, error) {
	r, err := route.Parse(text, o)
	if err != nil {
		return route.Endpoint{}, Endpoint{}, err
	}
	return r, Endpoint{
		Route:      Route(r.Route),
		URL:        r.URL,
		Deployment: r.Deployment,
		TokenScope: r.TokenScope,
		KeyHeader:  r.KeyHeader,
	}, nil
}
