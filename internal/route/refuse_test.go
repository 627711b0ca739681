package route

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	writeResource = "write https://contoso.openai.azure.com/openai/v1, or https://contoso.openai.azure.com/openai/deployments/<deployment>, or https://contoso.openai.azure.com/models"
	writeGateway  = "write the whole URL of its chat, such as https://gw.example.com/v1/chat/completions"

	emptyText   = "is empty: write the URL that the portal shows as endpoint or Target URI, such as https://<resource>.services.ai.azure.com/openai/v1"
	keyText     = "looks like a key or a token, not like a URL: the endpoint comes first, then the credential"
	keyHost     = "has what looks like a key or a token in place of a host: the endpoint comes first, then the credential"
	varText     = "is, or holds, the name of a variable instead of its value: read it first, as with os.Getenv"
	lineText    = "holds more than a URL (a setting's name, or a connection string): write the part from https:// on"
	exampleText = "still has a placeholder of an example's in it: put the name of your own resource, project or deployment there"
	blankText   = "has a blank or a line break inside: write one URL, with %20 for a blank in a name"
	charText    = "has a character that no URL has: write it in ASCII, others escaped (%XX), a host in its xn-- form"
	schemeText  = "has another scheme than https: write https://… (or http:// for a server of your own)"
	brokenText  = "begins with a broken scheme: write https://…"
	twoText     = "holds two URLs, or its scheme twice: write one https://…"
	noHost      = "has no host: write a whole URL, such as https://<resource>.services.ai.azure.com/openai/v1"
	badHost     = "has a host that no server can have: write one such as <resource>.services.ai.azure.com"
	unreadable  = "can't be read as a URL: its host, its port or an escape (%XX) is broken"
	userText    = "has an @, as before a host or in a user name with password: leave that out, the credential is given apart (an @ in a name is written %40)"
	wordText    = "is, or begins with, one word: write https://<resource>.services.ai.azure.com/openai/v1 for a resource, or a scheme before the name of a server of your own"
	ipv6Text    = "has an IPv6 address that can't be read: write it in brackets and without zone, such as http://[::1]:8080"
	portText    = "has a port outside 1 to 65535"
	scopeText   = "is a token's scope: write the endpoint of your resource; a scope is set by the option TokenScope"
	fragment    = "has a fragment (#…): leave it out, no server sees it"
	escapeText  = "has an escape (%XX) in its path that makes no text"
	dotsText    = "has a . or .. in its path: write the path out"
	queryText   = "has a query that can't be read: only api-version=… is needed there"
	memberText  = "has a query member without name or value, or one that looks like a credential: leave it out"
	versionErr  = "has an api-version that can't be one: write one such as 2024-05-01-preview"
	versionsErr = "has two api-versions that differ: write one"
)

func secretMember(word string) string {
	return "has a credential in its query (" + word + "): leave it out, the credential is given apart"
}

func operation(name string) string {
	return "this is the URL of another operation (" + name + "), and where its chat is can't be told; "
}

var refused = []struct{ text, want string }{
	// Nothing, or something else than a URL.
	{"", emptyText},
	{" \t\n", emptyText},
	{`""`, emptyText},
	{strings.Repeat("a", 4097), "is 4097 bytes long: that is no URL of Azure's"},
	{"contoso", wordText},
	{"contoso/openai/v1", wordText},
	{"litellm:4000/v1", wordText},
	{"/openai/v1", noHost},
	{"//contoso.openai.azure.com", noHost},
	{"https://", noHost},
	{"https:///openai/v1", noHost},
	{"?api-version=2024-10-21", noHost},

	// A credential in its place.
	{"0123456789abcdef0123456789abcdef", keyText},
	{"8JzKq1mVx2yT9bR4wN7cF0hL3sD6gA5eP8uQ2iO1kXjZvBnMaSdFgHjKlQwErTyUiOpZxCvBnMaSJQQJ99BDACYeBjFXJ3w3", keyText},
	{"abcdefghijklmnopqrstuvwxyzABCDEF0123456789+/==", keyText},
	{"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJhdWQiOiJodHRwczovL2FpIn0.c2lnbmF0dXJl", keyText},
	{"Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln", keyText},
	{"api-key: 0123456789abcdef0123456789abcdef", keyText},
	{"github_pat_11ABCDEFG0abcdefghijkl_mnop", keyText},
	{"sk-proj-abcdefghijklmnop1234", keyText},
	{"https://0123456789abcdef0123456789abcdef", keyHost},
	{"https://eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln/openai/v1", keyHost},

	// A variable, a setting, an example.
	{"$AZURE_ENDPOINT", varText},
	{"${AZURE_ENDPOINT}/openai/v1", varText},
	{"$env:AZURE_ENDPOINT", varText},
	{"%AZURE_ENDPOINT%", varText},
	{"AZURE_MISTRAL_ENDPOINT", varText},
	{`os.Getenv("AZURE_ENDPOINT")`, varText},
	{"process.env.AZURE_ENDPOINT", varText},
	{`os.environ["AZURE_ENDPOINT"]`, varText},
	{"https://$RESOURCE.openai.azure.com", varText},
	{"AZURE_ENDPOINT=https://contoso.openai.azure.com", lineText},
	{`export AZURE_ENDPOINT="https://contoso.openai.azure.com"`, lineText},
	{"endpoint: https://contoso.openai.azure.com", lineText},
	{`"endpoint": "https://contoso.openai.azure.com"`, lineText},
	{"Endpoint=https://contoso.openai.azure.com/;AccessKey=abc", lineText},
	{"https://<resource>.openai.azure.com", exampleText},
	{"<your-resource>", exampleText},
	{"https://{resource}.openai.azure.com/openai/v1", exampleText},
	{"https://[resource].openai.azure.com/openai/v1", exampleText},
	{"https://YOUR-RESOURCE-NAME.openai.azure.com/openai/v1", exampleText},
	{"https://your_resource.services.ai.azure.com", exampleText},
	{"https://yourresourcename.openai.azure.com", exampleText},
	{"https://your-foundry-resource-name.services.ai.azure.com/api/projects/p", exampleText},
	{"https://contoso.services.ai.azure.com/api/projects/your-project-name", exampleText},
	{"https://contoso.services.ai.azure.com/api/projects/project_name", exampleText},
	{"https://contoso.openai.azure.com/openai/deployments/YOUR_DEPLOYMENT_NAME/chat/completions", exampleText},
	{"https://contoso.openai.azure.com/openai/deployments/deployment-id", exampleText},
	{"https://contoso.openai.azure.com/openai/deployments/<deployment>", exampleText},
	{"https://contoso.openai.azure.com/openai/deployments/%7Bdeployment%7D", exampleText},
	{"https://contoso.openai.azure.com/openai/deployments/%3Cdeployment%3E/", exampleText},

	// Broken texts.
	{"https://contoso.openai.azure.com /openai/v1", blankText},
	{"https://contoso.openai.azure.com\nhttps://fabrikam.openai.azure.com", blankText},
	{"curl -X POST https://contoso.openai.azure.com", blankText},
	{"https://contoso.openai.azure.com\u00A0/openai/v1", blankText},
	{"https://contoso.openai.azure.com/openai/deployments/größe", charText},
	{"https://contoso.openai.azure.com\\openai\\v1", charText},
	{`https://contoso.openai.azure.com/"openai"/v1`, charText},
	{"https://contoso.openai.azure.com/\x00", charText},
	{"ftp://contoso.openai.azure.com", schemeText},
	{"wss://contoso.openai.azure.com/openai/v1", schemeText},
	{"api://contoso/.default", schemeText},
	{"https:/contoso.openai.azure.com", brokenText},
	{"https:contoso.openai.azure.com", brokenText},
	{"https//contoso.openai.azure.com", brokenText},
	{"https://https://contoso.openai.azure.com", twoText},
	{"contoso.openai.azure.com/https://contoso.openai.azure.com", twoText},
	{"https://contoso..openai.azure.com", badHost},
	{"https://-contoso.openai.azure.com", badHost},
	{"https://.openai.azure.com", badHost},
	{"https://con!toso.openai.azure.com", badHost},
	{"https://" + strings.Repeat("a.", 130) + "example.com", "has a host of 271 bytes: no server can have it"},
	{"https://con%20toso.openai.azure.com", unreadable},
	{"https://contoso.openai.azure.com:port", unreadable},
	{"https://contoso.openai.azure.com/%zz", unreadable},
	{"https://contoso.openai.azure.com:0", portText},
	{"https://contoso.openai.azure.com:65536", portText},
	{"http://::1:8080", ipv6Text},
	{"::1", ipv6Text},
	{"http://[::g]", unreadable},
	{"http://[fe80::1%25eth0]:8080", ipv6Text},
	{"https://contoso.openai.azure.com/openai/./v1", dotsText},
	{"https://contoso.openai.azure.com/openai/deployments/%2e%2e/v1", dotsText},
	{"https://contoso.openai.azure.com/openai/deployments/a%00b", escapeText},
	{"https://contoso.openai.azure.com/openai/deployments/a%0Ab", escapeText},
	{"https://contoso.openai.azure.com/openai/deployments/%FF", escapeText},

	// A machine of the user's own, without scheme.
	{"localhost", "localhost is on this machine and has no scheme: write http://localhost or https://localhost"},
	{"localhost:8080/v1", "localhost:8080 is on this machine and has no scheme: write http://localhost:8080 or https://localhost:8080"},
	{"api.localhost/v1", "api.localhost is on this machine and has no scheme: write http://api.localhost or https://api.localhost"},
	{"127.0.0.1:8080", "127.0.0.1:8080 is on this machine and has no scheme: write http://127.0.0.1:8080 or https://127.0.0.1:8080"},
	{"[::1]:8080", "[::1]:8080 is on this machine and has no scheme: write http://[::1]:8080 or https://[::1]:8080"},
	{"0.0.0.0:8080", "0.0.0.0:8080 is on this machine and has no scheme: write http://0.0.0.0:8080 or https://0.0.0.0:8080"},

	// What carries a secret.
	{"https://user:hunter2@contoso.openai.azure.com", userText},
	{"https://hunter2@contoso.openai.azure.com/openai/v1", userText},
	{"user:hunter2@contoso.openai.azure.com", userText},
	{"https://user:12/hunter2@contoso.openai.azure.com", userText},
	{"https://user:hun/ter2@contoso.openai.azure.com", unreadable},
	{"https://gw.example.com/@tenant/v1", userText},
	{"https://gw.example.com/v1?user=a@b", userText},
	{"https://contoso.openai.azure.com/openai/v1#hunter2", fragment},
	{"https://contoso.openai.azure.com/openai/v1#stream2", fragment},
	{"https://contoso.openai.azure.com/openai/v1?api-key=hunter2", secretMember("apikey")},
	{"https://contoso.openai.azure.com/openai/v1?api_key=hunter2", secretMember("apikey")},
	{"https://contoso.openai.azure.com/openai/v1?api-version=preview&API%2DKEY=hunter2", secretMember("apikey")},
	{"https://gw.azure-api.net/v1?subscription-key=hunter2", secretMember("subscriptionkey")},
	{"https://gw.azure-api.net/v1?Ocp-Apim-Subscription-Key=hunter2", secretMember("subscriptionkey")},
	{"https://fn.azurewebsites.net/api/chat?code=hunter2", secretMember("code")},
	{"https://gw.example.com/v1?sv=2024-01-01&sig=hunter2", secretMember("sig")},
	{"https://gw.example.com/v1?access_token=hunter2", secretMember("token")},
	{"https://gw.example.com/v1?key=hunter2", secretMember("key")},
	{"https://gw.example.com/v1?hunter2", memberText},
	{"https://gw.example.com/v1?=hunter2", memberText},
	{"https://gw.example.com/v1?x=0123456789abcdef0123456789abcdef", memberText},
	{"https://gw.example.com/v1?x=eyJhbGciOiJSUzI1NiJ9", memberText},
	{"https://gw.example.com/v1?a=1;b=2", queryText},
	{"https://gw.example.com/v1?a=%zz", queryText},
	{"https://gw.example.com/v1?a=1?api-key=hunter2", queryText},
	{"https://contoso.openai.azure.com/openai/v1?model=x", "has a query member that contoso.openai.azure.com does not know: only api-version belongs there"},
	{"https://contoso.services.ai.azure.com/models?api-version=a%20b", versionErr},
	{"https://contoso.services.ai.azure.com/models?api-version=0123456789abcdef0123456789abcdef", versionErr},
	{"https://contoso.services.ai.azure.com/models?api-version=2024-05-01-preview&api-version=2025-04-01", versionsErr},

	// Pages and scopes.
	{"https://ai.azure.com/resource/deployments/x?wsid=/subscriptions/1&tid=2", `ai.azure.com is a page of the Foundry portal: copy your deployment's "Target URI", or the project's endpoint, from it`},
	{"https://ai.azure.us", `ai.azure.us is a page of the Foundry portal: copy your deployment's "Target URI", or the project's endpoint, from it`},
	{"https://oai.azure.com/portal/deployment", `oai.azure.com is a page of the Azure OpenAI portal: copy your deployment's "Target URI" from it`},
	{"https://ml.azure.com/endpoints/realtime/x/detail", `ml.azure.com is a page of the Machine Learning studio: copy the "REST endpoint" or "Target URI" from your endpoint's page`},
	{"https://portal.azure.com/#@contoso.com/resource/subscriptions/x", `portal.azure.com is a page of the Azure portal: copy the endpoint from your resource's page "Keys and Endpoint"`},
	{"https://portal.azure.cn/#home", `portal.azure.cn is a page of the Azure portal: copy the endpoint from your resource's page "Keys and Endpoint"`},
	{"https://management.azure.com/subscriptions/x", `management.azure.com is the management of Azure's resources: copy the endpoint from your resource's page "Keys and Endpoint"`},
	{"https://login.microsoftonline.com/common", "login.microsoftonline.com is where Entra ID signs in: that is the credential's matter; write your resource's endpoint"},
	{"https://learn.microsoft.com/azure", "learn.microsoft.com is a page of the documentation: copy the endpoint from your deployment's page in the portal"},
	{"https://github.com/marketplace/models", "github.com is a page of GitHub: for GitHub Models write https://models.github.ai/inference"},
	{"https://console.mistral.ai", "console.mistral.ai is Mistral's console: for Mistral's own API write https://api.mistral.ai"},
	{"https://cognitiveservices.azure.com/.default", scopeText},
	{"https://ai.azure.com/.default", scopeText},
	{"https://cognitiveservices.azure.com/", "cognitiveservices.azure.com lacks the name of your resource: write https://<resource>.cognitiveservices.azure.com"},
	{"openai.azure.us/openai/v1", "openai.azure.us lacks the name of your resource: write https://<resource>.openai.azure.us"},
	{"models.ai.azure.com", "models.ai.azure.com lacks the name of your resource: write https://<resource>.models.ai.azure.com"},

	// Paths that don't tell.
	{openAI + "/openai", openAI + ": the path stops in the middle; write …/openai/v1, or …/openai/deployments/<deployment>"},
	{openAI + "/openai/models?api-version=2024-10-21", openAI + ": the path stops in the middle; write …/openai/v1, or …/openai/deployments/<deployment>"},
	{openAI + "/openai/responses?api-version=2025-04-01-preview", openAI + ": the path stops in the middle; write …/openai/v1, or …/openai/deployments/<deployment>"},
	{openAI + "/openai/deployments/", openAI + ": the path stops in the middle; the deployment's name is missing, write …/openai/deployments/<deployment>"},
	{gateway + "/x/openai/deployments", gateway + ": the path stops in the middle; the deployment's name is missing, write …/openai/deployments/<deployment>"},
	{gateway + "/openai/", gateway + ": the path stops in the middle; write …/openai/v1, or …/openai/deployments/<deployment>"},
	{resource + "/api/projects", resource + ": the path stops in the middle; the project's name is missing, write …/api/projects/<project>"},
	{openAI + "/chat/completions", openAI + ": this path is not known there; " + writeResource},
	{openAI + "/v1", openAI + ": this path is not known there; " + writeResource},
	{openAI + "/openai/openai/v1", openAI + ": this path is not known there; " + writeResource},
	{openAI + "/openai/deployments/chat/completions", openAI + ": this path is not known there; " + writeResource},
	{openAI + "/foo/openai/v1", openAI + ": this path is not known there; " + writeResource},
	{openAI + "/api/projects/p/models", openAI + ": this path is not known there; " + writeResource},
	{openAI + "/api/projects/models/models", openAI + ": this path is not known there; " + writeResource},
	{openAI + "/api/projects/p/openai/deployments/d", openAI + ": this path is not known there; " + writeResource},
	{openAI + "/api/projects/p/agents", openAI + ": this path is not known there; " + writeResource},
	{openAI + "/v1/ocr", openAI + ": " + operation("ocr") + writeResource},
	{openAI + "/providers/mistral/azure/ocr?api-version=2024-05-01-preview", openAI + ": " + operation("ocr") + writeResource},
	{openAI + "/info", openAI + ": " + operation("info") + writeResource},
	{openAI + "/openai/v1/models/chat/completions", openAI + ": the path goes on where a base ends; " + writeResource},
	{openAI + "/openai/v1/threads", openAI + ": the path goes on where a base ends; " + writeResource},
	{openAI + "/openai/deployments/d/extensions/chat/completions", openAI + ": the path goes on where a base ends; " + writeResource},
	{openAI + "/openai/deployments/d/chat/completions/openai/deployments/D/chat/completions", openAI + ": the path goes on where a base ends; " + writeResource},
	{maas + "/models", maas + ": this path is not known there; write " + maas + "/v1, or " + maas + "/chat/completions"},
	{maas + "/v1/models/chat/completions", maas + ": this path is not known there; write " + maas + "/v1, or " + maas + "/chat/completions"},
	{maas + "/x/ocr", maas + ": " + operation("ocr") + "write " + maas + "/v1, or " + maas + "/chat/completions"},
	{maas + "/score", maas + ": " + operation("score") + "write " + maas + "/v1, or " + maas + "/chat/completions"},
	{online + "/predict", online + ": this path is not known there; write " + online + "/v1/chat/completions, or " + online + "/chat/completions"},
	{"https://models.github.ai/catalog/models", "https://models.github.ai: this path is not known there; write https://models.github.ai/inference"},
	{"https://models.github.ai/v1", "https://models.github.ai: this path is not known there; write https://models.github.ai/inference"},
	{"https://models.github.ai/orgs/acme", "https://models.github.ai: this path is not known there; write https://models.github.ai/inference"},
	{"https://models.inference.ai.azure.com/v1", "https://models.inference.ai.azure.com: this path is not known there; write https://models.inference.ai.azure.com"},
	{gateway + "/embeddings", gateway + ": " + operation("embeddings") + writeGateway},
	{gateway + "/openai/models", gateway + ": the path stops in the middle; write …/openai/v1, or …/openai/deployments/<deployment>"},
	{gateway + "/score", gateway + ": " + operation("score") + writeGateway},
	{online + "/v1/score", online + ": " + operation("score") + "write " + online + "/v1/chat/completions, or " + online + "/chat/completions"},
	{gateway + "/llm/images/embeddings", gateway + ": " + operation("images/embeddings") + writeGateway},
	{gateway + "/inference/embeddings", gateway + ": " + operation("embeddings") + writeGateway},
	{gateway + "/openai/v1/openai/v1", gateway + ": the path goes on where a base ends; " + writeGateway},
	{gateway + "/v1/chat/completions/v1", gateway + ": the path goes on where a base ends; " + writeGateway},
	{gateway + "/openai/v1/threads", gateway + ": the path goes on where a base ends; " + writeGateway},
}

func TestParseRefused(t *testing.T) {
	for _, c := range refused {
		t.Run(c.text, func(t *testing.T) {
			got, err := Parse(c.text, Override{})
			assert.EqualError(t, err, "azmistral: endpoint "+c.want)
			assert.Zero(t, got)
			if err != nil {
				assert.NotContains(t, err.Error(), "hunter2")
			}
		})
	}
}

func TestParseOverrideRefused(t *testing.T) {
	cases := []struct {
		text     string
		override Override
		want     string
	}{
		{gateway, Override{Route: "OpenAI"}, `azmistral: route "OpenAI" is not known: it is one of openai-v1, models, deployments, serverless-v1, serverless, managed, github, generic, or empty for what the endpoint shows`},
		{gateway, Override{Route: "deployments"}, "azmistral: endpoint " + gateway + ": the path names no deployment, and the route deployments needs one; write …/openai/deployments/<deployment>"},
		{openAI, Override{Route: "deployments"}, "azmistral: endpoint " + openAI + ": the path names no deployment, and the route deployments needs one; write …/openai/deployments/<deployment>"},
		{gateway + "/openai/deployments", Override{Route: "deployments"}, "azmistral: endpoint " + gateway + ": the path names no deployment, and the route deployments needs one; write …/openai/deployments/<deployment>"},
		{gateway + "/embeddings", Override{Route: "openai-v1"}, "azmistral: endpoint " + gateway + ": " + operation("embeddings") + writeGateway},
		{"https://ai.azure.com", Override{Route: "openai-v1"}, `azmistral: endpoint ai.azure.com is a page of the Foundry portal: copy your deployment's "Target URI", or the project's endpoint, from it`},
		{"", Override{Route: "openai-v1"}, "azmistral: endpoint " + emptyText},
		{gateway, Override{APIVersion: "2024 05"}, `azmistral: APIVersion "2024 05" can't be one: write one such as 2024-05-01-preview, or leave it empty`},
	}
	for _, c := range cases {
		t.Run(c.text+" "+c.override.Route, func(t *testing.T) {
			got, err := Parse(c.text, c.override)
			assert.EqualError(t, err, c.want)
			assert.Zero(t, got)
		})
	}
}
