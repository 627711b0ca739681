package azmistraltest

import (
	"net/http"
	"strconv"
	"strings"
)

// refusal is an error answer before it has a shape: the route's errorStyle gives
// it one. body, where set, is the whole of it.
type refusal struct {
	status  int
	code    string
	kind    string // Mistral's "type"
	message string
	details []detail // of a 422
	header  http.Header

	body        string
	contentType string // "" means application/json

	fromModel bool // the model's container said so, not the gateway in front of it
}

// detail is one entry of a 422, in the form of the validation library behind it.
type detail struct {
	kind    string
	loc     []any // string or int
	message string
	input   *node // echoed, as the services do; nil: not
	ctx     string
}

// invalid is a refusal by Mistral's own request checks.
func invalid(code, kind, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: code, kind: kind, message: message, fromModel: true}
}

const (
	messageAccessDenied = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."
	messageFiltered     = "The response was filtered due to the prompt triggering Microsoft's content management policy. Please modify your prompt and retry."
	messageFilteredLong = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766"
	guide               = "\nPlease check this guide to understand why this error code might have been returned \nhttps://docs.microsoft.com/en-us/azure/machine-learning/how-to-troubleshoot-online-endpoints#http-status-codes\n"
)

// refuseKey answers a key that is not taken: recorded on /models, deployments and
// serverless hosts; on managed endpoints known by its text alone. GitHub's body is
// an assumption, in the envelope of its other errors.
func refuseKey(p place) *refusal {
	switch p.service.errors {
	case errorsServerless, errorsServerlessV1:
		return &refusal{status: 401, header: http.Header{"X-Ms-Error-Reason": {"Invalid JWT."}},
			body: `{ "statusCode": 401, "message": "Auth token validation failed. Please provide a valid key or a valid AAD token" }`}
	case errorsManaged:
		return &refusal{status: 401, body: "key_auth_access_denied", contentType: "text/plain"}
	case errorsGitHub:
		return &refusal{status: 401, code: "unauthorized", message: "Bad credentials"}
	case errorsMistral:
		return &refusal{status: 401, body: `{"detail":"Invalid API Key"}`}
	}
	return &refusal{status: 401, code: "401", message: messageAccessDenied}
}

// refuseMissing answers a request without a credential that the route reads.
func refuseMissing(p place) *refusal {
	switch p.service.errors {
	case errorsManaged:
		return &refusal{status: 401, body: "key_auth_bad_header_forbidden", contentType: "text/plain"}
	case errorsMistral:
		return &refusal{status: 401, body: `{"detail":"Unauthorized"}`}
	case errorsModels, errorsOpenAI:
		return refuseAudience(p)
	}
	return refuseKey(p)
}

// refuseAudience names the audience that a token needs here: recorded on
// deployments, reported for projects.
func refuseAudience(p place) *refusal {
	audience := ""
	if wanted := wantedAudiences(p); len(wanted) > 0 {
		audience = " (" + wanted[0] + ")"
	}
	message := "Unauthorized. Access token is missing, invalid, audience is incorrect" + audience + ", or have expired."
	return &refusal{status: 401, body: `{ "statusCode": 401, "message": ` + quoted(message) + ` }`}
}

func refusePermission() *refusal {
	return &refusal{status: 401, body: `{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}`}
}

func refuseKeysDisabled() *refusal {
	return &refusal{status: 403, body: `{"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}}`}
}

// refusePath answers a path that nobody serves, per family.
func refusePath(p place, requestID string) *refusal {
	switch p.service.errors {
	case errorsServerless, errorsServerlessV1:
		// Recorded: the model's container answers, and the gateway adds its headers.
		return &refusal{status: 404, body: "NOT FOUND", contentType: "text/plain; charset=utf-8", fromModel: true}
	case errorsManaged:
		return &refusal{status: 404, body: `{"detail":"Not Found"}`, fromModel: true}
	case errorsMistral:
		return &refusal{status: 404, body: `{"message":"no Route matched with those values","request_id":` + quoted(requestID) + `}`}
	case errorsGitHub:
		return &refusal{status: 404, code: "404", message: "Resource not found"}
	}
	return &refusal{status: 404, body: `{"error":{"code":"404","message": "Resource not found"}}`}
}

func refuseMethod(p place, allow string) *refusal {
	header := http.Header{"Allow": {allow}}
	switch p.service.errors {
	case errorsModels, errorsOpenAI, errorsGitHub: // an assumption, in the envelope of their other errors
		return &refusal{status: 405, code: "405", message: "Method not allowed", header: header}
	}
	return &refusal{status: 405, body: `{"detail":"Method Not Allowed"}`, header: header}
}

// refuseContentType and refuseSize have the statuses that Azure documents; their
// texts are an assumption.
func refuseContentType(given string) *refusal {
	return &refusal{status: 415, code: "UnsupportedMediaType", kind: "invalid_request_error",
		message: "The content type " + quoted(given) + " is not supported. Send application/json."}
}

func refuseSize(limit int64) *refusal {
	return &refusal{status: 413, code: "RequestEntityTooLarge", kind: "invalid_request_error",
		message: "The request body is larger than " + strconv.FormatInt(limit, 10) + " bytes."}
}

// refuseVersion: a deployments URL without api-version is an unknown resource;
// other routes name the parameter.
func refuseVersion(p place) *refusal {
	if p.service.route == "deployments" {
		return &refusal{status: 404, body: `{"error":{"code":"404","message": "Resource not found"}}`}
	}
	return &refusal{status: 400, code: "MissingApiVersionParameter", message: "The api-version query parameter (?api-version=) is required for all requests."}
}

// refuseVersionGiven is what /openai/v1 says of a dated api-version.
func refuseVersionGiven() *refusal {
	return &refusal{status: 400, code: "BadRequest", message: "api-version query parameter is not allowed when using /v1 path"}
}

// refuseModelMissing: what the services say is not known; the shape is that of
// their other errors.
func refuseModelMissing(p place) *refusal {
	switch p.service.errors {
	case errorsMistral, errorsManaged, errorsServerlessV1:
		return &refusal{status: 422, fromModel: true, details: []detail{{kind: "missing", loc: []any{"body", "model"}, message: "Field required"}}}
	}
	return &refusal{status: 400, code: "BadRequest", kind: "invalid_request_error", message: "The request body has no model. Name your deployment in it."}
}

// refuseDeployment answers a name that is not deployed.
func refuseDeployment(p place, name string) *refusal {
	switch p.service.errors {
	case errorsOpenAI:
		return &refusal{status: 404, code: "DeploymentNotFound",
			message: "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}
	case errorsModels, errorsGitHub:
		return &refusal{status: 400, header: http.Header{"X-Ms-Error-Code": {"unknown_model"}},
			body: `{"error":{"code":"unknown_model","message":` + quoted("Unknown model: "+name) + `,"details":null}}`}
	}
	return invalid("1500", "invalid_model", "Invalid model: "+name)
}

// refuseFiltered is the answer to a prompt that content safety blocks. The routes
// of Azure OpenAI tell the categories; Mistral's do not.
func refuseFiltered(p place, category string) *refusal {
	if p.service.layout != layoutOpenAI {
		return &refusal{status: 400, body: `{"error":{"message":` + quoted(messageFiltered) + `,"type":null,"param":"prompt","code":"content_filter","status":400}}`}
	}
	return &refusal{status: 400, fromModel: true, body: `{"error":{"message":` + quoted(messageFilteredLong) +
		`,"type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":` +
		filterResults(category, false) + `}}}`}
}

// refuseRate is a 429. wait is in seconds, as said by the texts.
func refuseRate(p place, model, region string, wait string, tokens bool) *refusal {
	what := "call rate limit"
	if tokens {
		what = "token rate limit"
	}
	switch p.service.errors {
	case errorsMistral, errorsServerlessV1:
		return &refusal{status: 429, code: "1300", kind: "rate_limited", message: "Rate limit exceeded"}
	case errorsModels:
		message := "Your requests to " + model + " for " + model + " in " + regionID(region) + " have exceeded rate limit."
		return &refusal{status: 429, contentType: "application/json; charset=utf-8",
			body: `{"error":{"code":"RateLimitReached","message":` + quoted(message) + `,"details":` + quoted(message) + `}}`}
	case errorsServerless, errorsManaged:
		return &refusal{status: 429, body: `{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in ` + wait + ` seconds." }`}
	case errorsGitHub:
		return &refusal{status: 429, code: "RateLimitReached", message: "Rate limit of " + what + " exceeded. Please wait " + wait + " seconds before retrying."}
	}
	return &refusal{status: 429, body: `{"error":{"message":` + quoted("Your requests to "+model+" for "+model+" in "+region+
		" have exceeded the "+what+" for your current AIServices S0 pricing tier. This request was for ChatCompletions_Create under Azure OpenAI API. Please retry after "+
		wait+" seconds.") + `,"type":"too_many_requests","code":"429"}}`}
}

// regionID is a region's name as its texts have it: "East US 2" is eastus2.
func regionID(region string) string { return strings.ToLower(strings.ReplaceAll(region, " ", "")) }

// shape gives a refusal its status and body on a route.
func (f *refusal) shape(style errorStyle) (status int, contentType, body string) {
	contentType = f.contentType
	if contentType == "" {
		contentType = "application/json"
	}
	status, body = f.status, f.body
	if body == "" {
		switch {
		case len(f.details) > 0:
			body = f.shapeDetails(style)
		case f.fromModel || style == errorsMistral || style == errorsServerlessV1:
			body = f.shapeMistral(style)
		default:
			body = f.shapeAzure(style)
		}
	}
	// A managed endpoint turns what its container refuses into a 424 with a hint
	// behind the body; the container's status is in a header.
	if style == errorsManaged && f.fromModel && status != http.StatusOK {
		return http.StatusFailedDependency, contentType, body + guide
	}
	return status, contentType, body
}

// shapeDetails writes a 422.
func (f *refusal) shapeDetails(style errorStyle) string {
	list := string(appendDetails([]byte(`{"detail":`), f.details, style == errorsServerlessV1)) + "}"
	switch style {
	case errorsServerless, errorsModels, errorsOpenAI, errorsGitHub:
		return `{"error":{"code":"Invalid input","message":` + quoted(list) + `,"status":422}}`
	}
	return list
}

func appendDetails(b []byte, details []detail, link bool) []byte {
	b = append(b, '[')
	for i, d := range details {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"type":`...)
		b = appendString(b, d.kind)
		b = append(b, `,"loc":[`...)
		for j, step := range d.loc {
			if j > 0 {
				b = append(b, ',')
			}
			switch s := step.(type) {
			case int:
				b = strconv.AppendInt(b, int64(s), 10)
			case string:
				b = appendString(b, s)
			}
		}
		b = append(b, `],"msg":`...)
		b = appendString(b, d.message)
		if d.input != nil {
			b = append(b, `,"input":`...)
			b = d.input.appendCompact(b)
		}
		if d.ctx != "" {
			b = append(b, `,"ctx":`...)
			b = append(b, d.ctx...)
		}
		if link {
			b = append(b, `,"url":`...)
			b = appendString(b, "https://errors.pydantic.dev/2.6/v/"+d.kind)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// shapeMistral writes an error of Mistral's backend: bare with a string code on
// its own cloud, bare with a number on Foundry, wrapped by the inference gateways.
func (f *refusal) shapeMistral(style errorStyle) string {
	code := f.code
	if code == "" {
		code = "null"
	}
	number := code
	if _, err := strconv.Atoi(code); err != nil && code != "null" {
		number = quoted(code)
	}
	bare := `{"object":"Error","message":` + quoted(f.message) + `,"type":` + quoted(f.kind) + `,"code":` + number + `}`
	switch style {
	case errorsOpenAI:
		return bare
	case errorsServerless, errorsModels, errorsGitHub:
		return `{"error":{"code":` + quoted(reason(f.status)) + `,"message":` + quoted(bare) + `,"status":` + strconv.Itoa(f.status) + `}}`
	}
	text := "null"
	if f.code != "" {
		text = quoted(f.code)
	}
	return `{"object":"error","message":` + quoted(f.message) + `,"type":` + quoted(f.kind) + `,"param":null,"code":` + text +
		`,"raw_status_code":` + strconv.Itoa(f.status) + `}`
}

// shapeAzure writes an error of the gateway.
func (f *refusal) shapeAzure(style errorStyle) string {
	switch style {
	case errorsServerless, errorsManaged:
		if f.code != "" {
			return `{"error":{"code":` + quoted(f.code) + `,"message":` + quoted(f.message) + `,"status":` + strconv.Itoa(f.status) + `}}`
		}
		return `{ "statusCode": ` + strconv.Itoa(f.status) + `, "message": ` + quoted(f.message) + ` }`
	case errorsGitHub:
		return `{"error":{"code":` + quoted(f.code) + `,"message":` + quoted(f.message) + `,"details":null}}`
	}
	body := `{"error":{"code":` + quoted(f.code) + `,"message":` + quoted(f.message)
	if f.kind != "" {
		body += `,"type":` + quoted(f.kind) + `,"param":null`
	}
	return body + `}}`
}

func reason(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "Error"
}
