package azmistraltest

import (
	"encoding/hex"
	"net/http"
	"strconv"
)

// exchangeID is a request id of a service: the same for the same request sent to
// the same sandbox at the same place in the order of its requests.
type exchangeID [16]byte

func (s seed) exchange(number int) exchangeID {
	id := exchangeID(s[:16])
	for i := range 8 {
		id[i] ^= byte(number >> (8 * i))
	}
	return id
}

// uuid gives the id in its usual form, as version 4.
func (id exchangeID) uuid() string {
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	text := hex.EncodeToString(id[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func (id exchangeID) hex() string { return hex.EncodeToString(id[:]) }

// mirror gives a second id of the same exchange.
func (id exchangeID) mirror() exchangeID {
	for i := range id {
		id[i] = ^id[i]
	}
	return id
}

const (
	strictTransport = "max-age=31536000; includeSubDomains; preload"
	appID           = "appId=cid-v1:b80100f5-1286-423d-967f-3517f665186d"
	modelSession    = "dep-eus-mis-lar3-260101000000"
)

// headersOf gives the headers that a route was recorded with, those of an answer
// or of an error of the model behind it.
func (h *Handler) headersOf(r *Request, id exchangeID, stream bool) http.Header {
	header := http.Header{}
	set := func(pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			header.Set(pairs[i], pairs[i+1])
		}
	}
	switch r.place.service.errors {
	case errorsServerless, errorsServerlessV1:
		set("azureml-model-group", "mistral-large-3-scaleset", "azureml-model-session", modelSession,
			"Request-Context", appID, "X-Request-ID", id.uuid(), "x-ms-rai-invoked", "true")
	case errorsModels:
		set("apim-request-id", id.uuid(), "Strict-Transport-Security", strictTransport, "X-Content-Type-Options", "nosniff",
			"x-ms-region", h.options.Region, "azureai-requested-tier", "default", "azureai-processed-tier", "default",
			"azureai-fe-is-streaming", title(stream), "azureai-fe-offer-type", "paygo", "Cache-Control", "no-cache")
	case errorsOpenAI:
		set("apim-request-id", id.uuid(), "Strict-Transport-Security", strictTransport, "X-Content-Type-Options", "nosniff",
			"x-ms-region", h.options.Region, "x-request-id", id.mirror().uuid(), "skip-error-remapping", "true",
			"x-ms-rai-invoked", "true", "azureml-model-session", modelSession, "x-ms-deployment-name", h.modelName(r))
		if r.place.service.route == "deployments" {
			set("x-accel-buffering", "no")
		} else {
			set("azureai-fe-is-streaming", title(stream))
		}
	case errorsManaged:
		set("azureml-model-session", modelSession, "azureml-model-deployment", "blue", "x-request-id", id.uuid(), "x-ms-client-request-id", id.uuid())
	case errorsGitHub:
		set("apim-request-id", id.uuid(), "azureml-model-session", modelSession, "Strict-Transport-Security", strictTransport,
			"X-Content-Type-Options", "nosniff", "x-ms-region", h.options.Region, "X-Request-ID", id.mirror().uuid(), "x-ms-rai-invoked", "true")
	default:
		set("mistral-correlation-id", id.uuid(), "x-kong-request-id", id.uuid(), "x-envoy-upstream-service-time", "431")
	}
	return header
}

// bareHeadersOf gives the few headers of a refusal by the gateway itself.
func (h *Handler) bareHeadersOf(r *Request, id exchangeID) http.Header {
	header := http.Header{}
	switch r.place.service.errors {
	case errorsServerless, errorsServerlessV1:
		header.Set("Request-Context", appID)
	case errorsManaged:
		header.Set("x-request-id", id.uuid())
	case errorsMistral:
		header.Set("mistral-correlation-id", id.uuid())
		header.Set("x-kong-request-id", id.uuid())
	default:
		header.Set("apim-request-id", id.uuid())
		header.Set("Strict-Transport-Security", strictTransport)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("x-ms-region", h.options.Region)
	}
	return header
}

// echoClientID gives the client its own request id back. Azure OpenAI gives one
// also to a client that sent none.
func echoClientID(header http.Header, r *Request) {
	if id := r.Header.Get("x-ms-client-request-id"); id != "" {
		header.Set("x-ms-client-request-id", id)
	} else if r.place.service.route == "deployments" {
		header.Set("x-ms-client-request-id", header.Get("apim-request-id"))
	}
}

// tokenHeaders are those of a whole answer on serverless hosts.
func tokenHeaders(header http.Header, r *Request, a *answer) {
	if style := r.place.service.errors; style == errorsServerless || style == errorsServerlessV1 {
		header.Set("prompt_token_len", strconv.Itoa(a.prompt))
		header.Set("sampling_token_len", strconv.Itoa(a.completion()))
	}
}

func title(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
