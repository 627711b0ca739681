package structured

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/azmistral/azmistral"
)

// Mode is the means by which a value is asked for.
type Mode string

const (
	// ModeAuto takes what the client's route takes: ModeTool on RouteModels,
	// RouteServerless and RouteServerlessV1, and on RouteDeployments with an
	// api-version before 2024-08-01; ModeJSONSchema elsewhere. A request with tools of
	// its own, and Stream, get ModeJSONObject where that would be ModeTool: there calls
	// come in one piece, and a value would not be seen to grow.
	ModeAuto Mode = ""

	// ModeJSONSchema is response_format json_schema. With tools in the request the
	// answer may be a call of one of them: an *OutputError that holds it.
	ModeJSONSchema Mode = "json_schema"

	// ModeTool makes the model call a function, whose arguments are the value. The
	// request must have no tools and no tool choice of its own.
	ModeTool Mode = "tool"

	// ModeJSONObject is response_format json_object: any JSON object. The schema is
	// in a system message, behind those that lead the request.
	ModeJSONObject Mode = "json_object"
)

// routeModes says what ModeAuto does on a route. One that is missing, and a client
// that does not tell its route, is taken as ModeJSONSchema.
var routeModes = map[azmistral.Route]Mode{
	// Mistral's names and OpenAI's have json_schema alike. There is no api-version
	// that could be too old.
	azmistral.RouteOpenAIV1: ModeJSONSchema,

	// As above, from one api-version on: see autoMode.
	azmistral.RouteDeployments: ModeJSONSchema,

	// Azure refused it there by api-version ("response_format value as json_schema is
	// enabled only for api versions 2024-08-01-preview and later", of 2024-05-01-preview,
	// which is this route's only one) in Azure/azure-sdk-for-net#50246 of May 2025 and
	// crmne/ruby_llm#600 of February 2026; a recording of August 2026 has another
	// maker's model take it. A forced call is documented for the route, and tools are
	// for Mistral Large 3.
	azmistral.RouteModels: ModeTool,

	// Mistral's models of 2024 are served there, which know json_object and tools, and
	// answered json_schema with a 422: BerriAI/litellm#11885, of Mistral-Large-2411.
	azmistral.RouteServerless:   ModeTool,
	azmistral.RouteServerlessV1: ModeTool,

	// An assumption: the containers of the model catalogue are OpenAI's API by vLLM,
	// which has it.
	azmistral.RouteManaged: ModeJSONSchema,

	// Mistral's models refuse a forced call there and take json_schema:
	// langchain-ai/langchain-azure#165.
	azmistral.RouteGitHub: ModeJSONSchema,

	// Recorded of Mistral's own API; of other gateways an assumption.
	azmistral.RouteGeneric: ModeJSONSchema,
}

// schemaVersion is the first api-version of /openai/deployments that has
// json_schema, by the words of the refusal above and Azure/azure-sdk-for-net#46579.
const schemaVersion = "2024-08-01"

// endpointer is what a client may have that knows where its requests go.
type endpointer interface{ Endpoint() azmistral.Endpoint }

// modeFor gives the mode of one request. streamed: its value is to be seen growing.
func modeFor(client any, req *azmistral.ChatRequest, asked Mode, streamed bool) (Mode, error) {
	mode := asked
	switch asked {
	case ModeAuto:
		if mode = autoMode(client); mode == ModeTool && (streamed || hasTools(req)) {
			return ModeJSONObject, nil
		}
	case ModeJSONSchema, ModeTool, ModeJSONObject:
	default:
		return "", invalid("Options.Mode %q is not known", asked)
	}
	if mode == ModeTool && hasTools(req) {
		return "", invalid("ModeTool needs the tools and the tool choice for itself, and the request has its own: use ModeJSONSchema or ModeJSONObject")
	}
	return mode, nil
}

func autoMode(client any) Mode {
	e, ok := client.(endpointer)
	if !ok {
		return ModeJSONSchema
	}
	endpoint := e.Endpoint()
	if endpoint.Route == azmistral.RouteDeployments && olderThan(endpoint.URL, schemaVersion) {
		return ModeTool
	}
	mode, known := routeModes[endpoint.Route]
	if !known {
		return ModeJSONSchema
	}
	return mode
}

// olderThan says whether the api-version in an endpoint's URL is a date before another.
func olderThan(endpoint, date string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	version := u.Query().Get("api-version")
	return strings.HasPrefix(version, "20") && version < date
}

// refused adds what to do to the error of a service that does not take the mode.
func (p *plan) refused(err error) error {
	e, ok := errors.AsType[*azmistral.Error](err)
	if !ok || !errors.Is(err, azmistral.ErrInvalidRequest) {
		return err
	}
	said := e.Message + " " + e.Param
	for _, field := range e.Fields {
		said += " " + field.Path
	}
	for _, word := range refusedWords[p.Mode] {
		if strings.Contains(said, word) {
			return fmt.Errorf("%w; try Options.Mode %s in place of %q", err, otherModes[p.Mode], p.Mode)
		}
	}
	return err
}

// refusedWords are in refusals of what a mode adds to a request. Those of messages speak
// of a tool too, and of a tool call's id.
var refusedWords = map[Mode][]string{
	ModeJSONSchema: {"response_format", "json_schema"},
	ModeTool:       {"tools", "tool_choice", "tool choice", "tool use", "tool calling", "unction calling"},
	ModeJSONObject: {"response_format", "json_object"},
}

var otherModes = map[Mode]string{
	ModeJSONSchema: `"tool" or "json_object"`,
	ModeTool:       `"json_schema" or "json_object"`,
	ModeJSONObject: `"tool"`,
}

func hasTools(req *azmistral.ChatRequest) bool {
	return len(req.Tools) > 0 || req.ToolChoice != azmistral.ToolChoice{}
}
