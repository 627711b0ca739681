package route

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// to gives the endpoint that a row and a URL make; with changes it.
func to(route, url string, with ...func(*Endpoint)) Endpoint {
	e := Endpoint{Row: wantRow(route), URL: url}
	for _, w := range with {
		w(&e)
	}
	return e
}

func version(v string) func(*Endpoint)    { return func(e *Endpoint) { e.APIVersion = v } }
func deployment(d string) func(*Endpoint) { return func(e *Endpoint) { e.Deployment = d } }
func scope(s string) func(*Endpoint)      { return func(e *Endpoint) { e.TokenScope = s } }
func header(h string) func(*Endpoint)     { return func(e *Endpoint) { e.KeyHeader = h } }

const (
	resource   = "https://contoso.services.ai.azure.com"
	resourceV1 = resource + "/openai/v1/chat/completions"
	modelsURL  = resource + "/models/chat/completions?api-version=2024-05-01-preview"
	openAI     = "https://contoso.openai.azure.com"
	openAIURL  = openAI + "/openai/v1/chat/completions"
	dURL       = openAI + "/openai/deployments/Mistral-Large/chat/completions?api-version=2024-10-21"
	maas       = "https://mistral-small.eastus2.models.ai.azure.com"
	maasURL    = maas + "/chat/completions?api-version=2024-05-01-preview"
	maasV1     = maas + "/v1/chat/completions"
	online     = "https://large.westeurope.inference.ml.azure.com"
	gateway    = "https://gw.example.com"
)

var parsed = []struct {
	text string
	want Endpoint
}{
	// A resource: bare, and the OpenAI API.
	{"contoso.services.ai.azure.com", to("openai-v1", resourceV1)},
	{"https://contoso.services.ai.azure.com", to("openai-v1", resourceV1)},
	{"https://contoso.services.ai.azure.com/", to("openai-v1", resourceV1)},
	{"https://contoso.services.ai.azure.com:443/", to("openai-v1", resourceV1)},
	{"https://contoso.services.ai.azure.com./", to("openai-v1", resourceV1)},
	{"HTTPS://Contoso.Services.AI.Azure.COM", to("openai-v1", resourceV1)},
	{"https://contoso.openai.azure.com", to("openai-v1", openAIURL)},
	{"contoso.openai.azure.com/", to("openai-v1", openAIURL)},
	{"https://contoso.cognitiveservices.azure.com/", to("openai-v1", "https://contoso.cognitiveservices.azure.com/openai/v1/chat/completions")},
	{"https://westus.api.cognitive.microsoft.com/", to("openai-v1", "https://westus.api.cognitive.microsoft.com/openai/v1/chat/completions")},
	{"https://contoso.privatelink.openai.azure.com", to("openai-v1", "https://contoso.privatelink.openai.azure.com/openai/v1/chat/completions")},
	{"https://contoso.openai.azure.com/openai/v1", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/chat/completions", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/OpenAI/V1/Chat/Completions/", to("openai-v1", openAIURL)},
	{"contoso.cognitiveservices.azure.com/openai/v1", to("openai-v1", "https://contoso.cognitiveservices.azure.com/openai/v1/chat/completions")},
	{"http://contoso.openai.azure.com/openai/v1", to("openai-v1", "http://contoso.openai.azure.com/openai/v1/chat/completions")},
	{"http://contoso.openai.azure.com:80/openai/v1", to("openai-v1", "http://contoso.openai.azure.com/openai/v1/chat/completions")},
	{"https://contoso.openai.azure.com:8443/openai/v1", to("openai-v1", "https://contoso.openai.azure.com:8443/openai/v1/chat/completions")},
	{"https://contoso.openai.azure.com:/openai/v1", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com?", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com#", to("openai-v1", openAIURL)},

	// ... its api-version, which is none.
	{"https://contoso.openai.azure.com/openai/v1?api-version=preview", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/chat/completions?api-version=2024-10-21", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/chat/completions?api-version=2025-04-01-preview", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/?api-version=v1", to("openai-v1", openAIURL)},

	// ... other operations.
	{"https://contoso.openai.azure.com/openai/v1/responses", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/responses?api-version=preview", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/embeddings", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/models", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/completions", to("openai-v1", openAIURL)},

	// ... doubled.
	{"https://contoso.openai.azure.com//openai//v1//", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/openai/v1", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/v1/", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/Openai/V1/openai/v1/chat/completions", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/chat/completions/chat/completions", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/chat/completions/openai/v1/chat/completions", to("openai-v1", openAIURL)},

	// A project.
	{"https://contoso.services.ai.azure.com/api/projects/Pro-1", to("openai-v1", resource+"/api/projects/Pro-1/openai/v1/chat/completions")},
	{"https://contoso.services.ai.azure.com/API/Projects/Pro-1/", to("openai-v1", resource+"/api/projects/Pro-1/openai/v1/chat/completions")},
	{"https://contoso.services.ai.azure.com/api/projects/Pro-1/openai/v1", to("openai-v1", resource+"/api/projects/Pro-1/openai/v1/chat/completions")},
	{"https://contoso.services.ai.azure.com/api/projects/Pro-1/openai/v1/chat/completions", to("openai-v1", resource+"/api/projects/Pro-1/openai/v1/chat/completions")},
	{"https://contoso.services.ai.azure.com/api/projects/Pro-1/openai/v1/responses", to("openai-v1", resource+"/api/projects/Pro-1/openai/v1/chat/completions")},
	{"https://contoso.services.ai.azure.com/api/projects/openai/openai/v1", to("openai-v1", resource+"/api/projects/openai/openai/v1/chat/completions")},
	{"https://contoso.services.ai.azure.com/api/projects/v1", to("openai-v1", resource+"/api/projects/v1/openai/v1/chat/completions")},

	// The model inference API of a resource.
	{"https://contoso.services.ai.azure.com/models", to("models", modelsURL)},
	{"contoso.services.ai.azure.com/models/", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/Models/", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/models", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/models/chat/completions", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/chat/completions/models/chat/completions", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/chat/completions", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/chat/completions#stream", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview#stream", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models?api-version=2025-04-01", to("models", resource+"/models/chat/completions?api-version=2025-04-01", version("2025-04-01"))},
	{"https://contoso.services.ai.azure.com/models?API-Version=2025-04-01", to("models", resource+"/models/chat/completions?api-version=2025-04-01", version("2025-04-01"))},
	{"https://contoso.services.ai.azure.com/models?api-version=2025-04-01&api-version=2025-04-01&", to("models", resource+"/models/chat/completions?api-version=2025-04-01", version("2025-04-01"))},
	{"https://contoso.services.ai.azure.com/models?api-version=", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/embeddings?api-version=2024-05-01-preview", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/images/embeddings", to("models", modelsURL)},
	{"https://contoso.services.ai.azure.com/models/info", to("models", modelsURL)},
	{"https://contoso.cognitiveservices.azure.com/models/chat/completions", to("models", "https://contoso.cognitiveservices.azure.com/models/chat/completions?api-version=2024-05-01-preview")},

	// Deployments.
	{"https://contoso.openai.azure.com/openai/deployments/Mistral-Large", to("deployments", dURL, deployment("Mistral-Large"))},
	{"contoso.openai.azure.com/openai/deployments/Mistral-Large/", to("deployments", dURL, deployment("Mistral-Large"))},
	{"https://CONTOSO.openai.azure.com/OPENAI/Deployments/Mistral-Large/Chat/Completions", to("deployments", dURL, deployment("Mistral-Large"))},
	{"https://contoso.openai.azure.com//openai/deployments/Mistral-Large/chat/completions", to("deployments", dURL, deployment("Mistral-Large"))},
	{"https://contoso.openai.azure.com/openai/deployments/Mistral-Large/chat/completions/chat/completions", to("deployments", dURL, deployment("Mistral-Large"))},
	{"https://contoso.openai.azure.com/openai/deployments/Mistral-Large/chat/completions/OpenAI/deployments/Mistral-Large/chat/completions", to("deployments", dURL, deployment("Mistral-Large"))},
	{"https://contoso.openai.azure.com/openai/deployments/Mistral-Large/embeddings?api-version=2024-10-21", to("deployments", dURL, deployment("Mistral-Large"))},
	{"https://contoso.openai.azure.com/openai/deployments/Mistral-Large/completions", to("deployments", dURL, deployment("Mistral-Large"))},
	{"https://contoso.openai.azure.com/openai/deployments/Mistral-Large/chat/completions?api-version=2025-01-01-preview",
		to("deployments", openAI+"/openai/deployments/Mistral-Large/chat/completions?api-version=2025-01-01-preview", version("2025-01-01-preview"), deployment("Mistral-Large"))},
	{"https://contoso.services.ai.azure.com/openai/deployments/small",
		to("deployments", resource+"/openai/deployments/small/chat/completions?api-version=2024-10-21", deployment("small"))},
	{"https://contoso.cognitiveservices.azure.com/openai/deployments/small",
		to("deployments", "https://contoso.cognitiveservices.azure.com/openai/deployments/small/chat/completions?api-version=2024-10-21", deployment("small"))},
	{"https://westus3.api.cognitive.microsoft.com/openai/deployments/small/chat/completions?api-version=2025-01-01-preview",
		to("deployments", "https://westus3.api.cognitive.microsoft.com/openai/deployments/small/chat/completions?api-version=2025-01-01-preview", version("2025-01-01-preview"), deployment("small"))},
	{"https://contoso.openai.azure.com/openai/deployments/a%20b%2Fc%40d",
		to("deployments", openAI+"/openai/deployments/a%20b%2Fc%40d/chat/completions?api-version=2024-10-21", deployment("a b/c@d"))},
	{"https://contoso.openai.azure.com/openai/deployments/gpt-5.2_2025-12-11",
		to("deployments", openAI+"/openai/deployments/gpt-5.2_2025-12-11/chat/completions?api-version=2024-10-21", deployment("gpt-5.2_2025-12-11"))},
	{"https://contoso.openai.azure.com/openai/deployments/models",
		to("deployments", openAI+"/openai/deployments/models/chat/completions?api-version=2024-10-21", deployment("models"))},
	{"https://contoso.openai.azure.com/openai/deployments/embeddings/embeddings",
		to("deployments", openAI+"/openai/deployments/embeddings/chat/completions?api-version=2024-10-21", deployment("embeddings"))},
	{"https://contoso.openai.azure.com/openai/deployments/v1",
		to("deployments", openAI+"/openai/deployments/v1/chat/completions?api-version=2024-10-21", deployment("v1"))},
	{"https://contoso.openai.azure.com/openai/deployments/dot.",
		to("deployments", openAI+"/openai/deployments/dot./chat/completions?api-version=2024-10-21", deployment("dot."))},

	// Serverless endpoints.
	{"mistral-small.eastus2.models.ai.azure.com", to("serverless-v1", maasV1)},
	{"https://mistral-small.eastus2.models.ai.azure.com/", to("serverless-v1", maasV1)},
	{"https://mistral-small.eastus2.models.ai.azure.com/v1", to("serverless-v1", maasV1)},
	{"https://mistral-small.eastus2.models.ai.azure.com/v1/v1/chat/completions", to("serverless-v1", maasV1)},
	{"https://mistral-small.eastus2.models.ai.azure.com/V1/chat/completions", to("serverless-v1", maasV1)},
	{"https://mistral-small.eastus2.models.ai.azure.com/v1/ocr", to("serverless-v1", maasV1)},
	{"https://mistral-small.eastus2.models.ai.azure.com/v1/models", to("serverless-v1", maasV1)},
	{"https://mistral-small.eastus2.models.ai.azure.com/v1/fim/completions", to("serverless-v1", maasV1)},
	{"https://mistral-small.eastus2.models.ai.azure.com/v1/chat/completions?api-version=2024-05-01-preview",
		to("serverless-v1", maasV1+"?api-version=2024-05-01-preview", version("2024-05-01-preview"))},
	{"https://mistral-small.eastus2.models.ai.azure.com/chat/completions", to("serverless", maasURL)},
	{"https://mistral-small.eastus2.models.ai.azure.com/chat/completions?api-version=2024-05-01-preview", to("serverless", maasURL)},
	{"https://mistral-small.eastus2.models.ai.azure.com/chat/completions/chat/completions", to("serverless", maasURL)},
	{"https://mistral-small.eastus2.models.ai.azure.com/info?api-version=2024-05-01-preview", to("serverless", maasURL)},
	{"https://mistral-small.eastus2.models.ai.azure.com/embeddings", to("serverless", maasURL)},
	{"https://mistral-small.eastus2.models.ai.azure.com/images/embeddings", to("serverless", maasURL)},
	{"https://mistral-small.eastus2.models.ai.azure.com/completions", to("serverless", maasURL)},
	{"https://mistral-small.eastus2.models.ai.azure.com/ocr", to("serverless", maasURL)},
	{"https://small-serverless.eastus2.inference.ai.azure.com", to("serverless-v1", "https://small-serverless.eastus2.inference.ai.azure.com/v1/chat/completions")},
	{"https://small-serverless.eastus2.inference.ai.azure.com/chat/completions?api-version=2024-05-01-preview",
		to("serverless", "https://small-serverless.eastus2.inference.ai.azure.com/chat/completions?api-version=2024-05-01-preview")},

	// Managed endpoints.
	{"large.westeurope.inference.ml.azure.com", to("managed", online+"/v1/chat/completions")},
	{"https://large.westeurope.inference.ml.azure.com/score", to("managed", online+"/v1/chat/completions")},
	{"https://large.westeurope.inference.ml.azure.com/v1", to("managed", online+"/v1/chat/completions")},
	{"https://large.westeurope.inference.ml.azure.com/v1/chat/completions", to("managed", online+"/v1/chat/completions")},
	{"https://large.westeurope.inference.ml.azure.com/v1/models", to("managed", online+"/v1/chat/completions")},
	{"https://large.westeurope.inference.ml.azure.com/chat/completions", to("managed", online+"/chat/completions")},
	{"https://large.westeurope.inference.ml.azure.com/info", to("managed", online+"/chat/completions")},
	{"https://large.westeurope.inference.ml.azure.com/chat/completions?api-version=2024-05-01-preview",
		to("managed", online+"/chat/completions?api-version=2024-05-01-preview", version("2024-05-01-preview"))},
	{"https://large.westeurope.inference.ml.azure.com/My/Own/chat/completions", to("managed", online+"/My/Own/chat/completions")},
	{"https://large.westeurope.inference.ml.azure.com/openai/deployments/large/chat/completions",
		to("managed", online+"/openai/deployments/large/chat/completions", deployment("large"))},

	// GitHub Models.
	{"models.github.ai", to("github", "https://models.github.ai/inference/chat/completions")},
	{"https://models.github.ai/inference", to("github", "https://models.github.ai/inference/chat/completions")},
	{"https://models.github.ai/inference/chat/completions", to("github", "https://models.github.ai/inference/chat/completions")},
	{"https://models.github.ai/inference/inference/", to("github", "https://models.github.ai/inference/chat/completions")},
	{"https://models.github.ai/inference/embeddings", to("github", "https://models.github.ai/inference/chat/completions")},
	{"https://models.github.ai/orgs/Acme/inference", to("github", "https://models.github.ai/orgs/Acme/inference/chat/completions")},
	{"https://models.inference.ai.azure.com", to("github", "https://models.inference.ai.azure.com/chat/completions")},
	{"https://models.inference.ai.azure.com/chat/completions?api-version=2024-05-01-preview",
		to("github", "https://models.inference.ai.azure.com/chat/completions?api-version=2024-05-01-preview", version("2024-05-01-preview"))},
	{"https://models.inference.ai.azure.com/embeddings", to("github", "https://models.inference.ai.azure.com/chat/completions")},

	// Sovereign clouds.
	{"contoso.services.ai.azure.us", to("openai-v1", "https://contoso.services.ai.azure.us/openai/v1/chat/completions", scope("https://ai.azure.us/.default"))},
	{"https://contoso.openai.azure.us/openai/deployments/d",
		to("deployments", "https://contoso.openai.azure.us/openai/deployments/d/chat/completions?api-version=2024-10-21", deployment("d"), scope("https://cognitiveservices.azure.us/.default"))},
	{"https://contoso.openai.azure.cn", to("openai-v1", "https://contoso.openai.azure.cn/openai/v1/chat/completions", scope("https://ai.azure.cn/.default"))},
	{"https://contoso.services.ai.azure.cn/models",
		to("models", "https://contoso.services.ai.azure.cn/models/chat/completions?api-version=2024-05-01-preview", scope("https://cognitiveservices.azure.cn/.default"))},
	{"https://large.usgovvirginia.inference.ml.azure.us/score",
		to("managed", "https://large.usgovvirginia.inference.ml.azure.us/v1/chat/completions", scope("https://ml.azure.us/.default"))},
	{"https://m.usgovarizona.models.ai.azure.us", to("serverless-v1", "https://m.usgovarizona.models.ai.azure.us/v1/chat/completions", scope("https://ml.azure.us/.default"))},
	{"https://usgovarizona.api.cognitive.microsoft.us/openai/v1",
		to("openai-v1", "https://usgovarizona.api.cognitive.microsoft.us/openai/v1/chat/completions", scope("https://ai.azure.us/.default"))},
	{"https://gw.azure-api.us/openai/v1", to("openai-v1", "https://gw.azure-api.us/openai/v1/chat/completions", scope("https://ai.azure.us/.default"))},
	{"https://gw.azure-api.cn/x/openai/deployments/d",
		to("deployments", "https://gw.azure-api.cn/x/openai/deployments/d/chat/completions?api-version=2024-10-21", deployment("d"), scope("https://cognitiveservices.azure.cn/.default"))},
	{"https://gw.azure-api.us", to("generic", "https://gw.azure-api.us/v1/chat/completions")},

	// Other hosts.
	{"api.mistral.ai", to("generic", "https://api.mistral.ai/v1/chat/completions")},
	{"https://api.mistral.ai/v1", to("generic", "https://api.mistral.ai/v1/chat/completions")},
	{"https://api.mistral.ai/v1/chat/completions", to("generic", "https://api.mistral.ai/v1/chat/completions")},
	{"https://api.mistral.ai/v1/fim/completions", to("generic", "https://api.mistral.ai/v1/chat/completions")},
	{"https://api.mistral.ai/v1/models", to("generic", "https://api.mistral.ai/v1/chat/completions")},
	{"https://api.mistral.ai/v1/chat/moderations", to("generic", "https://api.mistral.ai/v1/chat/completions")},
	{"https://gw.example.com/LLM/mistral", to("generic", gateway+"/LLM/mistral/v1/chat/completions")},
	{"gw.example.com:8443/llm", to("generic", "https://gw.example.com:8443/llm/v1/chat/completions")},
	{"https://gw.example.com/llm//v1/", to("generic", gateway+"/llm/v1/chat/completions")},
	{"https://gw.example.com/v1/account/mistral", to("generic", gateway+"/v1/account/mistral/v1/chat/completions")},
	{"https://gw.example.com/a%2Fb/v1", to("generic", gateway+"/a%2Fb/v1/chat/completions")},
	{"https://gw.example.com/llm/Chat/Completions", to("generic", gateway+"/llm/chat/completions")},
	{"https://gw.example.com/openai/chat/completions", to("generic", gateway+"/openai/chat/completions")},
	{"https://gw.example.com/inference", to("generic", gateway+"/inference/v1/chat/completions")},
	{"https://gw.example.com/inference/chat/completions", to("generic", gateway+"/inference/chat/completions")},
	{"https://gw.example.com/v1?api-version=2024-05-01-preview", to("generic", gateway+"/v1/chat/completions?api-version=2024-05-01-preview", version("2024-05-01-preview"))},
	{"https://gw.example.com/llm/chat/completions?api-version=2024-05-01-preview", to("serverless", gateway+"/llm/chat/completions?api-version=2024-05-01-preview")},
	{"https://gw.azure-api.net/Foo/openai/deployments/D-1/chat/completions?api-version=2024-06-01",
		to("deployments", "https://gw.azure-api.net/Foo/openai/deployments/D-1/chat/completions?api-version=2024-06-01", version("2024-06-01"), deployment("D-1"))},
	{"https://gw.azure-api.net/foo/openai/v1", to("openai-v1", "https://gw.azure-api.net/foo/openai/v1/chat/completions")},
	{"https://gw.azure-api.net/foo/models/embeddings", to("models", "https://gw.azure-api.net/foo/models/chat/completions?api-version=2024-05-01-preview")},
	{"https://gw.azure-api.net/models/openai/v1", to("openai-v1", "https://gw.azure-api.net/models/openai/v1/chat/completions")},
	{"https://gw.example.com/models/models", to("models", gateway+"/models/models/chat/completions?api-version=2024-05-01-preview")},
	{"https://gw.example.com/v1/v1", to("generic", gateway+"/v1/v1/chat/completions")},
	{"https://gw.example.com/openai/openai/v1", to("openai-v1", gateway+"/openai/openai/v1/chat/completions")},
	{"https://gw.example.com/x/chat/completions/chat/completions", to("generic", gateway+"/x/chat/completions")},
	{"https://gw.example.com/v1/chat/completions/v1/chat/completions", to("generic", gateway+"/v1/chat/completions")},
	{"https://gw.example.com/x/api/projects/p", to("openai-v1", gateway+"/x/api/projects/p/openai/v1/chat/completions")},
	{"https://gw.example.com/v1?tenant=a%20b&region=eu&api-version=2024-05-01-preview",
		to("generic", gateway+"/v1/chat/completions?api-version=2024-05-01-preview&tenant=a+b&region=eu", version("2024-05-01-preview"))},
	{"https://gw.example.com/openai/v1?tenant=72f988bf-86f1-41af-91ab-2d7cd011db47", to("openai-v1", gateway+"/openai/v1/chat/completions?tenant=72f988bf-86f1-41af-91ab-2d7cd011db47")},
	{"https://gw.example.com/v1?empty=", to("generic", gateway+"/v1/chat/completions?empty=")},
	{"https://not-openai.azure.com.example.com/openai/v1", to("openai-v1", "https://not-openai.azure.com.example.com/openai/v1/chat/completions")},
	{"https://openai.azure.com.example.com", to("generic", "https://openai.azure.com.example.com/v1/chat/completions")},
	{"https://evilopenai.azure.com", to("generic", "https://evilopenai.azure.com/v1/chat/completions")},

	// A server of the user's own.
	{"http://localhost:8080", to("generic", "http://localhost:8080/v1/chat/completions")},
	{"https://localhost/", to("generic", "https://localhost/v1/chat/completions")},
	{"http://127.0.0.1:8080/openai/deployments/d", to("deployments", "http://127.0.0.1:8080/openai/deployments/d/chat/completions?api-version=2024-10-21", deployment("d"))},
	{"http://127.0.0.1:8080/models", to("models", "http://127.0.0.1:8080/models/chat/completions?api-version=2024-05-01-preview")},
	{"http://[::1]:8080/v1", to("generic", "http://[::1]:8080/v1/chat/completions")},
	{"http://[0:0::1]", to("generic", "http://[::1]/v1/chat/completions")},
	{"[2001:DB8::1]:8443/openai/v1", to("openai-v1", "https://[2001:db8::1]:8443/openai/v1/chat/completions")},
	{"10.0.0.7:8443", to("generic", "https://10.0.0.7:8443/v1/chat/completions")},
	{"http://litellm:4000", to("generic", "http://litellm:4000/v1/chat/completions")},
	{"http://my_service.ns.svc:8080/v1", to("generic", "http://my_service.ns.svc:8080/v1/chat/completions")},

	// What comes along when a text is copied.
	{"  https://contoso.openai.azure.com/openai/v1 \r\n", to("openai-v1", openAIURL)},
	{"\uFEFFhttps://contoso.openai.azure.com/openai/v1\u200B\u00A0", to("openai-v1", openAIURL)},
	{`"https://contoso.openai.azure.com/openai/v1"`, to("openai-v1", openAIURL)},
	{`"https://contoso.openai.azure.com/openai/v1",`, to("openai-v1", openAIURL)},
	{`'https://contoso.openai.azure.com/openai/v1';`, to("openai-v1", openAIURL)},
	{`\"https://contoso.openai.azure.com/openai/v1\"`, to("openai-v1", openAIURL)},
	{"`https://contoso.openai.azure.com/openai/v1`", to("openai-v1", openAIURL)},
	{"“https://contoso.openai.azure.com/openai/v1”", to("openai-v1", openAIURL)},
	{"<https://contoso.openai.azure.com/openai/v1>.", to("openai-v1", openAIURL)},
	{"(https://contoso.openai.azure.com/openai/v1).", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1 \\", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1.", to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com/openai/v1/chat/completions.", to("openai-v1", openAIURL)},
	{"https://contoso.services.ai.azure.com/models?api-version=2024-05-01-preview.", to("models", modelsURL)},
	{`https://contoso.openai.azure.com/openai/v1"`, to("openai-v1", openAIURL)},
	{"https://contoso.openai.azure.com,", to("openai-v1", openAIURL)},
}

func TestParse(t *testing.T) {
	for _, c := range parsed {
		t.Run(c.text, func(t *testing.T) {
			got, err := Parse(c.text, Override{})
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

// A URL that Parse gave means itself: what a log or an error shows can be
// pasted again.
func TestParseOwnURL(t *testing.T) {
	for _, c := range parsed {
		t.Run(c.want.URL, func(t *testing.T) {
			got, err := Parse(c.want.URL, Override{})
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestParseOverride(t *testing.T) {
	cases := []struct {
		text     string
		override Override
		want     Endpoint
	}{
		// The single fields.
		{resource + "/models", Override{APIVersion: "2025-04-01"}, to("models", resource+"/models/chat/completions?api-version=2025-04-01", version("2025-04-01"))},
		{resource + "/models?api-version=2024-04-01-preview", Override{APIVersion: "2025-04-01"}, to("models", resource+"/models/chat/completions?api-version=2025-04-01", version("2025-04-01"))},
		{openAI, Override{APIVersion: "preview"}, to("openai-v1", openAIURL+"?api-version=preview", version("preview"))},
		{openAI + "?api-version=2024-10-21", Override{APIVersion: "preview"}, to("openai-v1", openAIURL+"?api-version=preview", version("preview"))},
		{gateway + "/llm/chat/completions", Override{APIVersion: "2024-05-01-preview"}, to("serverless", gateway+"/llm/chat/completions?api-version=2024-05-01-preview")},
		{openAI, Override{TokenScope: "api://x/.default"}, to("openai-v1", openAIURL, scope("api://x/.default"))},
		{gateway, Override{TokenScope: "api://x/.default"}, to("generic", gateway+"/v1/chat/completions", scope("api://x/.default"))},
		{openAI, Override{KeyHeader: "Authorization"}, to("openai-v1", openAIURL, header("Authorization"))},
		{gateway, Override{KeyHeader: "Ocp-Apim-Subscription-Key"}, to("generic", gateway+"/v1/chat/completions", header("Ocp-Apim-Subscription-Key"))},

		// The cloud, where the host does not tell.
		{gateway + "/openai/v1", Override{Cloud: "azure.us"}, to("openai-v1", gateway+"/openai/v1/chat/completions", scope("https://ai.azure.us/.default"))},
		{gateway + "/models", Override{Cloud: "Azure.CN"}, to("models", gateway+"/models/chat/completions?api-version=2024-05-01-preview", scope("https://cognitiveservices.azure.cn/.default"))},
		{gateway + "/openai/v1", Override{Cloud: "azure.com"}, to("openai-v1", gateway+"/openai/v1/chat/completions")},
		{gateway, Override{Cloud: "azure.us"}, to("generic", gateway+"/v1/chat/completions")},
		{openAI, Override{Cloud: "azure.us"}, to("openai-v1", openAIURL)},
		{"contoso.openai.azure.us", Override{Cloud: "azure.cn"}, to("openai-v1", "https://contoso.openai.azure.us/openai/v1/chat/completions", scope("https://ai.azure.us/.default"))},
		{gateway + "/openai/v1", Override{Cloud: "azure.us", TokenScope: "api://x/.default"}, to("openai-v1", gateway+"/openai/v1/chat/completions", scope("api://x/.default"))},

		// The route, on a host that is not Azure's.
		{gateway, Override{Route: "openai-v1"}, to("openai-v1", gateway+"/openai/v1/chat/completions")},
		{gateway + "/openai", Override{Route: "openai-v1"}, to("openai-v1", gateway+"/openai/v1/chat/completions")},
		{gateway + "/openai/v1", Override{Route: "openai-v1"}, to("openai-v1", gateway+"/openai/v1/chat/completions")},
		{gateway + "/models", Override{Route: "openai-v1"}, to("openai-v1", gateway+"/models/openai/v1/chat/completions")},
		{gateway + "/x/chat/completions", Override{Route: "openai-v1"}, to("openai-v1", gateway+"/x/chat/completions")},
		{gateway + "/models/chat/completions", Override{Route: "openai-v1"}, to("openai-v1", gateway+"/models/chat/completions")},
		{gateway + "/v1/models", Override{Route: "serverless-v1"}, to("serverless-v1", gateway+"/v1/chat/completions")},
		{gateway + "/v1", Override{Route: "managed"}, to("managed", gateway+"/v1/chat/completions")},
		{gateway + "/mistral", Override{Route: "serverless"}, to("serverless", gateway+"/mistral/chat/completions?api-version=2024-05-01-preview")},
		{gateway + "/mistral/chat/completions", Override{Route: "serverless"}, to("serverless", gateway+"/mistral/chat/completions?api-version=2024-05-01-preview")},
		{gateway + "/mistral?api-version=2025-04-01", Override{Route: "serverless"}, to("serverless", gateway+"/mistral/chat/completions?api-version=2025-04-01", version("2025-04-01"))},
		{gateway + "/mistral", Override{Route: "models"}, to("models", gateway+"/mistral/models/chat/completions?api-version=2024-05-01-preview")},
		{gateway + "/inference", Override{Route: "github"}, to("github", gateway+"/inference/chat/completions")},
		{gateway + "/openai/deployments/d", Override{Route: "deployments"}, to("deployments", gateway+"/openai/deployments/d/chat/completions?api-version=2024-10-21", deployment("d"))},
		{gateway + "/x/chat/completions", Override{Route: "deployments"}, to("deployments", gateway+"/x/chat/completions?api-version=2024-10-21")},
		{gateway + "/openai/deployments/d/chat/completions", Override{Route: "openai-v1"}, to("openai-v1", gateway+"/openai/deployments/d/chat/completions", deployment("d"))},
		{gateway + "/openai/v1", Override{Route: "generic"}, to("generic", gateway+"/openai/v1/chat/completions")},
		{gateway + "/openai/v1/models/chat/completions", Override{Route: "generic"}, to("generic", gateway+"/openai/v1/models/chat/completions")},
		{gateway + "/chat/completions?api-version=2024-05-01-preview", Override{Route: "generic"}, to("generic", gateway+"/chat/completions?api-version=2024-05-01-preview", version("2024-05-01-preview"))},
		{"http://127.0.0.1:9000", Override{Route: "serverless"}, to("serverless", "http://127.0.0.1:9000/chat/completions?api-version=2024-05-01-preview")},
		{"http://127.0.0.1:9000", Override{Route: "serverless-v1"}, to("serverless-v1", "http://127.0.0.1:9000/v1/chat/completions")},
		{"http://127.0.0.1:9000", Override{Route: "managed"}, to("managed", "http://127.0.0.1:9000/v1/chat/completions")},
		{"http://127.0.0.1:9000", Override{Route: "github"}, to("github", "http://127.0.0.1:9000/inference/chat/completions")},

		// The route, on a host of Azure's.
		{resource, Override{Route: "models"}, to("models", modelsURL)},
		{resource, Override{Route: "openai-v1"}, to("openai-v1", resourceV1)},
		{resource + "/models", Override{Route: "openai-v1"}, to("openai-v1", resourceV1)},
		{resource + "/models/info", Override{Route: "openai-v1"}, to("openai-v1", resourceV1)},
		{resource + "/openai", Override{Route: "openai-v1"}, to("openai-v1", resourceV1)},
		{resource + "/openai/v1", Override{Route: "models"}, to("models", modelsURL)},
		{resource + "/api/projects/p", Override{Route: "models"}, to("models", resource+"/api/projects/p/models/chat/completions?api-version=2024-05-01-preview")},
		{resource + "/new", Override{Route: "openai-v1"}, to("openai-v1", resource+"/new/openai/v1/chat/completions")},
		{resource + "/v1/chat/completions", Override{Route: "serverless-v1"}, to("serverless-v1", resource+"/v1/chat/completions")},
		{maas, Override{Route: "serverless"}, to("serverless", maasURL)},
		{maas + "/v1", Override{Route: "serverless"}, to("serverless", maasURL)},
		{maas + "/v1/chat/completions", Override{Route: "serverless"}, to("serverless", maas+"/v1/chat/completions?api-version=2024-05-01-preview")},
		{online + "/score", Override{Route: "serverless"}, to("serverless", online+"/chat/completions?api-version=2024-05-01-preview")},
	}
	for _, c := range cases {
		t.Run(c.text+" "+c.override.Route, func(t *testing.T) {
			got, err := Parse(c.text, c.override)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)

			again, err := Parse(got.URL, c.override)
			require.NoError(t, err)
			assert.Equal(t, got, again, "its own URL means something else")
		})
	}
}

// Every row has a URL by which it is known, but for those that only their
// host, or an option, tells apart.
func TestParseEveryRow(t *testing.T) {
	urls := map[string]string{
		"openai-v1": resourceV1, "models": modelsURL, "deployments": dURL, "serverless-v1": maasV1, "serverless": maasURL,
		"managed": online + "/v1/chat/completions", "github": "https://models.github.ai/inference/chat/completions", "generic": gateway + "/v1/chat/completions",
	}
	for _, route := range Routes() {
		require.Contains(t, urls, route)
		got, err := Parse(urls[route], Override{})
		require.NoError(t, err)
		assert.Equal(t, route, got.Route)
		assert.Equal(t, urls[route], got.URL)
	}
}

func TestLoggable(t *testing.T) {
	for url, want := range map[string]string{
		"":             "",
		openAIURL:      openAIURL,
		openAI + "/x?": openAI + "/x",
		modelsURL:      modelsURL,
		gateway + "/v1/chat/completions?api-version=1&tenant=contoso&x": gateway + "/v1/chat/completions?api-version=1&tenant=...&x=...",
	} {
		assert.Equal(t, want, Loggable(url))
	}
}
