package azmistraltest

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/azmistral/azmistral"
)

// service is one row of what the sandbox knows of a route.
type service struct {
	route     azmistral.Route
	host      string // a real-looking one, for Transport
	base      string // the path of an endpoint text, below the host
	keyBearer bool   // takes "Authorization: Bearer <key>"
	keyHeader bool   // takes "api-key: <key>"
	tokens    bool   // takes Entra ID
	audiences []string
	names     names
	layout    layout
	errors    errorStyle

	modelRequired   bool
	versionRequired bool // the api-version query
}

// names says which fields a body may have.
type names uint8

const (
	namesMistral names = iota
	namesInference
	namesOpenAI
)

// layout says how an answer is written.
type layout uint8

const (
	layoutMistral   layout = iota // Mistral's own, 2026
	layoutInference               // sorted keys, function.call_id, no index: recorded on serverless hosts
	layoutOpenAI                  // filter results, tool calls in fragments, usage when asked
)

// errorStyle says what a refusal looks like.
type errorStyle uint8

const (
	errorsMistral    errorStyle = iota // Mistral's own cloud, and gateways in front of it
	errorsServerless                   // *.models.ai.azure.com without /v1
	errorsServerlessV1
	errorsModels
	errorsOpenAI
	errorsManaged
	errorsGitHub
)

const (
	audienceFoundry   = "https://ai.azure.com"
	audienceCognitive = "https://cognitiveservices.azure.com"
	audienceML        = "https://ml.azure.com"
)

// services is the table of routes. The first audience of a row is the one that a
// refusal names. Where sources accept two audiences, both are taken.
var services = []service{
	{
		route: azmistral.RouteServerless, host: "sandbox.eastus2.models.ai.azure.com", base: "/chat/completions",
		keyBearer: true, tokens: true, audiences: []string{audienceML},
		names: namesInference, layout: layoutInference, errors: errorsServerless,
	},
	{
		route: azmistral.RouteServerlessV1, host: "sandbox.eastus2.models.ai.azure.com", base: "/v1",
		keyBearer: true, tokens: true, audiences: []string{audienceML},
		names: namesMistral, layout: layoutMistral, errors: errorsServerlessV1,
	},
	{
		route: azmistral.RouteModels, host: "sandbox.services.ai.azure.com", base: "/models",
		keyBearer: true, keyHeader: true, tokens: true, audiences: []string{audienceCognitive, audienceFoundry},
		names: namesInference, layout: layoutMistral, errors: errorsModels,
		modelRequired: true, versionRequired: true,
	},
	{
		route: azmistral.RouteOpenAIV1, host: "sandbox.openai.azure.com", base: "/openai/v1",
		keyBearer: true, keyHeader: true, tokens: true, audiences: []string{audienceFoundry, audienceCognitive},
		names: namesOpenAI, layout: layoutOpenAI, errors: errorsOpenAI, modelRequired: true,
	},
	{
		route: azmistral.RouteDeployments, host: "sandbox.openai.azure.com", base: "/openai/deployments/{deployment}",
		keyHeader: true, tokens: true, audiences: []string{audienceCognitive},
		names: namesOpenAI, layout: layoutOpenAI, errors: errorsOpenAI, versionRequired: true,
	},
	{
		route: azmistral.RouteManaged, host: "sandbox.eastus2.inference.ml.azure.com", base: "/v1/chat/completions",
		keyBearer: true, tokens: true, audiences: []string{audienceML},
		names: namesMistral, layout: layoutMistral, errors: errorsManaged, modelRequired: true,
	},
	{
		route: azmistral.RouteGitHub, host: "models.github.ai", base: "/inference",
		keyBearer: true,
		names:     namesOpenAI, layout: layoutOpenAI, errors: errorsGitHub, modelRequired: true,
	},
	{
		route: azmistral.RouteGeneric, host: "gateway.example.com", base: "",
		keyBearer: true, tokens: true, // any audience: nobody but the gateway's owner knows it
		names: namesMistral, layout: layoutMistral, errors: errorsMistral, modelRequired: true,
	},
}

func serviceOf(route azmistral.Route) *service {
	for i := range services {
		if services[i].route == route {
			return &services[i]
		}
	}
	return nil
}

func mustService(route azmistral.Route) *service {
	s := serviceOf(route)
	if s == nil {
		panic("azmistraltest: there is no route " + strconv.Quote(string(route)))
	}
	return s
}

// managedPrefix tells managed endpoints apart where the host does not: their path
// is any that the model's image serves.
const managedPrefix = "/managed"

// loopbackBase is the path of an endpoint text on a host that tells nothing.
func (s *service) loopbackBase() string {
	switch s.route {
	case azmistral.RouteManaged:
		return managedPrefix + s.base
	case azmistral.RouteGitHub:
		return s.base + "/chat/completions"
	}
	return s.base
}

// chatPath is the path and query of chat requests on a host that tells nothing.
func (s *service) chatPath() string {
	path := s.loopbackBase()
	switch s.route {
	case azmistral.RouteGeneric:
		path += "/v1/chat/completions"
	case azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1, azmistral.RouteDeployments:
		path += "/chat/completions"
	}
	switch s.route {
	case azmistral.RouteServerless, azmistral.RouteModels:
		path += "?api-version=2024-05-01-preview"
	case azmistral.RouteDeployments:
		path += "?api-version=2024-10-21"
	}
	return path
}

// operation is what a request asks for.
type operation uint8

const (
	opUnknown operation = iota
	opChat
	opInfo
	opModels // the list, or one card where place.model is set
)

// place is what host and path of a request say.
type place struct {
	service    *service
	op         operation
	deployment string // of the path
	model      string // of GET …/models/{id}
	project    bool   // below /api/projects/<p>
	cloud      string // "azure.us" or "azure.cn" on a sovereign host
	sort       hostSort
}

// hostSort is what a host's name says, before the path is read.
type hostSort uint8

const (
	hostAny    hostSort = iota // loopback, an address, localhost: every route is there
	hostCustom                 // another name: a gateway; every route is there too
	hostServerless
	hostFoundry   // *.services.ai.azure.com
	hostCognitive // *.openai.azure.com, *.cognitiveservices.azure.com
	hostManaged
	hostGitHub    // models.github.ai
	hostGitHubOld // models.inference.ai.azure.com
)

// locate reads host and path. A place with opUnknown still has a service: the one
// whose words a 404 uses.
func locate(r *http.Request) place {
	host := strings.ToLower(r.Host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	var p place
	p.sort, p.cloud = hostSortOf(host)
	path := r.URL.Path
	switch p.sort {
	case hostServerless:
		p.serverless(path)
	case hostFoundry:
		p.foundry(path, true)
	case hostCognitive:
		p.foundry(path, false)
	case hostManaged:
		p.managed(path)
	case hostGitHub:
		p.github(path)
	case hostGitHubOld:
		p.githubOld(path)
	default:
		p.anywhere(path)
	}
	return p
}

func hostSortOf(host string) (hostSort, string) {
	if host == "models.github.ai" {
		return hostGitHub, ""
	}
	if host == "models.inference.ai.azure.com" {
		return hostGitHubOld, ""
	}
	for _, cloud := range []string{"azure.com", "azure.us", "azure.cn"} {
		name, ok := strings.CutSuffix(host, "."+cloud)
		if !ok {
			continue
		}
		sovereign := cloud
		if cloud == "azure.com" {
			sovereign = ""
		}
		switch {
		case strings.HasSuffix(name, ".models.ai"), strings.HasSuffix(name, ".inference.ai"):
			return hostServerless, sovereign
		case strings.HasSuffix(name, ".services.ai"):
			return hostFoundry, sovereign
		case strings.HasSuffix(name, ".openai"), strings.HasSuffix(name, ".cognitiveservices"):
			return hostCognitive, sovereign
		case strings.HasSuffix(name, ".inference.ml"):
			return hostManaged, sovereign
		}
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || host == "localhost" {
		return hostAny, ""
	}
	return hostCustom, ""
}

func (p *place) at(route azmistral.Route, op operation) {
	p.service, p.op = serviceOf(route), op
}

func (p *place) serverless(path string) {
	switch path {
	case "/chat/completions":
		p.at(azmistral.RouteServerless, opChat)
	case "/info":
		p.at(azmistral.RouteServerless, opInfo)
	case "/v1/chat/completions", "/v1/models/chat/completions": // the second is what Mistral's TypeScript SDK for Azure asks for
		p.at(azmistral.RouteServerlessV1, opChat)
	default:
		if !p.models(path, "/v1/models", azmistral.RouteServerlessV1) {
			p.at(azmistral.RouteServerless, opUnknown)
		}
	}
}

func (p *place) foundry(path string, models bool) {
	p.at(azmistral.RouteOpenAIV1, opUnknown)
	if models {
		switch path {
		case "/models/chat/completions":
			p.at(azmistral.RouteModels, opChat)
			return
		case "/models/info":
			p.at(azmistral.RouteModels, opInfo)
			return
		}
		if rest, ok := strings.CutPrefix(path, "/api/projects/"); ok {
			name, below, _ := strings.Cut(rest, "/")
			if name == "" {
				return
			}
			p.project = true
			path = "/" + below
			if !strings.HasPrefix(path, "/openai/v1/") {
				return
			}
		}
	}
	p.openai(path)
}

// openai reads the paths below /openai and says if there is something.
func (p *place) openai(path string) bool {
	if path == "/openai/v1/chat/completions" {
		p.at(azmistral.RouteOpenAIV1, opChat)
		return true
	}
	if p.models(path, "/openai/v1/models", azmistral.RouteOpenAIV1) || p.models(path, "/openai/models", azmistral.RouteDeployments) {
		return true
	}
	if rest, ok := strings.CutPrefix(path, "/openai/deployments/"); ok {
		name, below, _ := strings.Cut(rest, "/")
		if name != "" && below == "chat/completions" {
			p.at(azmistral.RouteDeployments, opChat)
			p.deployment = name
			return true
		}
	}
	return false
}

func (p *place) managed(path string) {
	switch path {
	case "/v1/chat/completions", "/chat/completions", "/score":
		p.at(azmistral.RouteManaged, opChat)
	case "/info":
		p.at(azmistral.RouteManaged, opInfo)
	default:
		if !p.models(path, "/v1/models", azmistral.RouteManaged) {
			p.at(azmistral.RouteManaged, opUnknown)
		}
	}
}

func (p *place) github(path string) {
	p.at(azmistral.RouteGitHub, opUnknown)
	if rest, ok := strings.CutPrefix(path, "/orgs/"); ok {
		if _, below, _ := strings.Cut(rest, "/"); below != "" {
			path = "/" + below
		}
	}
	if path == "/inference/chat/completions" {
		p.op = opChat
	}
}

func (p *place) githubOld(path string) {
	p.at(azmistral.RouteGitHub, opUnknown)
	if path == "/chat/completions" {
		p.op = opChat
	}
}

// anywhere reads a path on a host that tells nothing: the routes' paths differ.
func (p *place) anywhere(path string) {
	if rest, ok := strings.CutPrefix(path, managedPrefix); ok {
		p.managed(rest)
		return
	}
	if strings.HasPrefix(path, "/models/") || strings.HasPrefix(path, "/openai/") || strings.HasPrefix(path, "/api/projects/") {
		p.foundry(path, true)
		return
	}
	if strings.HasPrefix(path, "/inference/") || strings.HasPrefix(path, "/orgs/") {
		p.github(path)
		return
	}
	if path == "/score" {
		p.managed(path)
		return
	}
	p.serverless(path)
	if p.sort == hostCustom && (p.op == opUnknown || p.service.route == azmistral.RouteServerlessV1) {
		p.service = serviceOf(azmistral.RouteGeneric)
	}
	if p.sort == hostAny && p.op == opUnknown {
		p.service = serviceOf(azmistral.RouteGeneric)
	}
}

// models reads GET <list> and GET <list>/<id>.
func (p *place) models(path, list string, route azmistral.Route) bool {
	rest, ok := strings.CutPrefix(path, list)
	if !ok {
		return false
	}
	if rest == "" {
		p.at(route, opModels)
		return true
	}
	id, ok := strings.CutPrefix(rest, "/")
	if !ok || id == "" || strings.Contains(id, "/") {
		return false
	}
	p.at(route, opModels)
	p.model = id
	return true
}
