package route

// The routes, spelled once.
const (
	serverless   = "serverless"
	serverlessV1 = "serverless-v1"
	models       = "models"
	openAIV1     = "openai-v1"
	deployments  = "deployments"
	managed      = "managed"
	github       = "github"
	generic      = "generic"
)

// Headers and scopes, spelled once. The scopes are those of Azure's public
// cloud; inCloud turns them into another's.
const (
	apiKey = "api-key"
	bearer = "Authorization"

	scopeFoundry   = "https://ai.azure.com/.default"
	scopeCognitive = "https://cognitiveservices.azure.com/.default"
	scopeML        = "https://ml.azure.com/.default"
)

// inferenceVersion is the only api-version in the published specification of
// the model inference API, and the one in its recorded exchanges.
const inferenceVersion = "2024-05-01-preview"

// name stands in a form for a segment that is a user's name.
const name = "{deployment}"

// rows is the route table. What a comment calls documented is in Azure's
// documentation or published specification, recorded is in recorded exchanges
// or in the source of Microsoft's or Mistral's clients.
var rows = []Row{
	{
		// Documented: path, no api-version (it is implicit; "preview" was the
		// preview's spelling), model required, api-key header, the ai.azure.com
		// scope. Clients believe that an api-version is refused; not verified,
		// so none is sent. Under a project, users report sign-in by Entra ID
		// only; that a key works there too is an assumption.
		Route: openAIV1, Path: "/openai/v1/chat/completions", Model: ModelRequired,
		KeyHeader: apiKey, TokenScope: scopeFoundry, Names: NamesOpenAI, IgnoreVersion: true,
	},
	{
		// Documented: path, api-version, api-key header, the cognitiveservices
		// scope, the extra-parameters header. Newer pages name ai.azure.com as
		// scope: which one newer resources take is not settled, the
		// specification's is used. The reference marks model as optional, for
		// hosts with a single model; here a resource holds many, and that it
		// is needed is an assumption.
		Route: models, Path: "/models/chat/completions", APIVersion: inferenceVersion, Model: ModelRequired,
		KeyHeader: apiKey, TokenScope: scopeCognitive, Names: NamesInference, PassThrough: true,
	},
	{
		// Recorded: path, api-version needed, api-key header, a body without
		// model. Documented: 2024-10-21 as the stable version, other makers'
		// models on this route. Scope: recorded in Microsoft's Go client.
		Route: deployments, Path: "/openai/deployments/" + name + "/chat/completions", APIVersion: "2024-10-21", Model: ModelInPath,
		KeyHeader: apiKey, TokenScope: scopeCognitive, Names: NamesOpenAI,
	},
	{
		// Recorded by many clients: path, Bearer. Without api-version, as
		// Mistral's own first Azure client sent it; whether one would be
		// refused is not known. That the host alone names the model is
		// documented for the path below; for this one it is an assumption.
		// Scope: the default of Microsoft's inference clients for such hosts.
		Route: serverlessV1, Path: "/v1/chat/completions", Model: ModelOptional,
		KeyHeader: bearer, TokenScope: scopeML, Names: NamesMistral,
	},
	{
		// Documented and recorded: path, api-version, Bearer, a model that is
		// optional and ignored, the extra-parameters header. Scope as above.
		Route: serverless, Path: "/chat/completions", APIVersion: inferenceVersion, Model: ModelOptional,
		KeyHeader: bearer, TokenScope: scopeML, Names: NamesInference, PassThrough: true,
	},
	{
		// Documented: Bearer, /chat/completions or /v1/chat/completions for
		// models deployed since the middle of 2024. Which of the two a
		// deployment has depends on its container: the second, with Mistral's
		// names, is an assumption, and so is that the model may be left out
		// (the host names the endpoint, which has one). Scope as above.
		Route: managed, Path: "/v1/chat/completions", Model: ModelOptional,
		KeyHeader: bearer, TokenScope: scopeML, Names: NamesMistral,
	},
	{
		// Documented by GitHub: path, Bearer with a token of GitHub's (no
		// Entra ID), model as publisher/name, api-version optional.
		Route: github, Path: "/inference/chat/completions", Model: ModelRequired,
		KeyHeader: bearer, Names: NamesOpenAI,
	},
	{
		// Mistral's own API: path, Bearer and names are recorded. For any
		// other host they are an assumption; that a gateway may know the model
		// by itself, too. No scope: a gateway's audience is its own.
		Route: generic, Path: "/v1/chat/completions", Model: ModelOptional,
		KeyHeader: bearer, Names: NamesMistral,
	},
}

// chatPath ends the URL of every chat operation.
var chatPath = []string{"chat", "completions"}

// A form is a path on which chat, and other operations, are served.
type form struct {
	path     []string // name matches any segment
	below    []string // what a chat URL has between the form and chatPath
	listable bool     // a "models" behind it lists models, and is no form
	strong   bool     // nothing but an operation may follow it
}

// The forms. A nil *form is the bare root.
var (
	formDeployments = &form{path: []string{"openai", "deployments", name}, strong: true}
	formOpenAIV1    = &form{path: []string{"openai", "v1"}, listable: true, strong: true}
	formProject     = &form{path: []string{"api", "projects", name}, below: []string{"openai", "v1"}}
	formModels      = &form{path: []string{"models"}}
	formInference   = &form{path: []string{"inference"}}
	formV1          = &form{path: []string{"v1"}, listable: true}
)

// forms in the order in which they are tried: a deployment may be called v1.
var forms = []*form{formDeployments, formOpenAIV1, formProject, formModels, formInference, formV1}

// halves are forms that lack their end, with what to add.
var halves = []struct {
	path []string
	add  string
}{
	{[]string{"openai", "deployments"}, "the deployment's name is missing, write …/openai/deployments/<deployment>"},
	{[]string{"api", "projects"}, "the project's name is missing, write …/api/projects/<project>"},
	{[]string{"openai"}, "write …/openai/v1, or …/openai/deployments/<deployment>"},
}

// operations are those beside chat that users paste, longest first. On any
// known form each stands next to chat; found in Azure's and Mistral's
// references, in clients and in portals.
var operations = [][]string{
	{"images", "embeddings"},
	{"images", "generations"},
	{"fim", "completions"},
	{"audio", "transcriptions"},
	{"chat", "moderations"},
	{"completions"},
	{"embeddings"},
	{"responses"},
	{"moderations"},
	{"info"},
	{"models"},
	{"ocr"},
	scorePath,
}

// scorePath is the operation of a managed endpoint's own, whose body is not a
// chat's. The studio shows it for every endpoint, chat or not.
var scorePath = []string{"score"}

// A place is a kind of host, and what is served there.
type place struct {
	hosts  []string           // with a leading dot: whatever ends so; else exact
	routes map[*form]string   // the forms that are served; nil: the bare root
	bare   *form              // meant by a text that has no path
	bases  map[*form][]string // what may stand before a form
	open   bool               // anything may
	score  bool               // scorePath stands for the bare host
	write  string             // what to write instead of a path that is not known; HOST stands for scheme and host
}

// places in the order in which they are tried: models.inference.ai.azure.com
// would match a suffix too.
var places = []*place{placeGitHubOld, placeGitHub, placeResource, placeServerless, placeManaged}

var (
	// placeResource is a resource of Azure AI or Azure OpenAI: one resource
	// answers by several names. Documented for the first three but for
	// /models, documented on services.ai.azure.com only: taken elsewhere too
	// where it is written out. Regional names, without the resource's, are
	// recorded with deployments and reported with openai/v1.
	placeResource = &place{
		hosts: []string{".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com", ".api.cognitive.microsoft.com", ".api.cognitive.microsoft.us"},
		routes: map[*form]string{
			formOpenAIV1:    openAIV1,
			formProject:     openAIV1,
			formDeployments: deployments,
			formModels:      models,
		},
		bare:  formOpenAIV1,
		bases: map[*form][]string{formOpenAIV1: formProject.path},
		write: "HOST/openai/v1, or HOST/openai/deployments/<deployment>, or HOST/models",
	}

	// placeServerless is a serverless endpoint. The second suffix is its
	// spelling of early 2024, recorded. Bare, it means /v1: Mistral's own
	// path; an assumption, since Microsoft's clients take the same text for
	// the unprefixed one, and both are served.
	placeServerless = &place{
		hosts:  []string{".models.ai.azure.com", ".inference.ai.azure.com"},
		routes: map[*form]string{formV1: serverlessV1, nil: serverless},
		bare:   formV1,
		write:  "HOST/v1, or HOST/chat/completions",
	}

	// placeManaged is a managed online endpoint. A chat URL of any path is
	// taken: it is the container's.
	placeManaged = &place{
		hosts: []string{".inference.ml.azure.com"},
		routes: map[*form]string{
			formV1: managed, nil: managed, formOpenAIV1: managed, formDeployments: managed,
			formModels: managed, formProject: managed, formInference: managed,
		},
		bare:  formV1,
		open:  true,
		score: true,
		write: "HOST/v1/chat/completions, or HOST/chat/completions",
	}

	// placeGitHub is GitHub Models, documented; under an organisation too.
	placeGitHub = &place{
		hosts:  []string{"models.github.ai"},
		routes: map[*form]string{formInference: github},
		bare:   formInference,
		bases:  map[*form][]string{formInference: {"orgs", name}},
		write:  "HOST/inference",
	}

	// placeGitHubOld is its first host, recorded.
	placeGitHubOld = &place{
		hosts:  []string{"models.inference.ai.azure.com"},
		routes: map[*form]string{nil: github},
		write:  "HOST",
	}

	// placeOther is every other host: a gateway, a custom domain, a test
	// server, Mistral's own API. The path decides, where it tells.
	placeOther = &place{
		routes: map[*form]string{
			formOpenAIV1:    openAIV1,
			formProject:     openAIV1,
			formDeployments: deployments,
			formModels:      models,
			formV1:          generic,
			nil:             generic,
		},
		bare:  formV1,
		open:  true,
		write: "the whole URL of its chat, such as HOST/v1/chat/completions",
	}
)

// clouds says which cloud a host is of, by its suffix. Sovereign suffixes are
// documented for resources, managed endpoints and API Management; the scopes
// under them are documented for Azure Government's resources, in the source
// of Azure's machine learning SDK for ml.azure.us and ml.azure.cn, reported for
// ai.azure.us, and an assumption for ai.azure.cn.
var clouds = []struct{ suffix, domain string }{
	{".azure.com", publicDomain},
	{".azure.us", "azure.us"},
	{".azure-api.us", "azure.us"},
	{".api.cognitive.microsoft.us", "azure.us"},
	{".azure.cn", "azure.cn"},
	{".azure-api.cn", "azure.cn"},
}

// publicDomain is what the table's hosts and scopes are written with.
const publicDomain = "azure.com"

// pages are hosts that people copy from the browser, with what to take from
// there. Sovereign portals have the same names under their own domain.
var pages = map[string]string{
	"ai.azure.com":              `a page of the Foundry portal: copy your deployment's "Target URI", or the project's endpoint, from it`,
	"oai.azure.com":             `a page of the Azure OpenAI portal: copy your deployment's "Target URI" from it`,
	"ml.azure.com":              `a page of the Machine Learning studio: copy the "REST endpoint" or "Target URI" from your endpoint's page`,
	"portal.azure.com":          `a page of the Azure portal: copy the endpoint from your resource's page "Keys and Endpoint"`,
	"ms.portal.azure.com":       `a page of the Azure portal: copy the endpoint from your resource's page "Keys and Endpoint"`,
	"management.azure.com":      `the management of Azure's resources: copy the endpoint from your resource's page "Keys and Endpoint"`,
	"login.microsoftonline.com": `where Entra ID signs in: that is the credential's matter; write your resource's endpoint`,
	"login.microsoftonline.us":  `where Entra ID signs in: that is the credential's matter; write your resource's endpoint`,
	"login.chinacloudapi.cn":    `where Entra ID signs in: that is the credential's matter; write your resource's endpoint`,
	"learn.microsoft.com":       `a page of the documentation: copy the endpoint from your deployment's page in the portal`,
	"github.com":                `a page of GitHub: for GitHub Models write https://models.github.ai/inference`,
	"console.mistral.ai":        `Mistral's console: for Mistral's own API write https://api.mistral.ai`,
}
