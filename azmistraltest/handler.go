package azmistraltest

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
)

// Handler is the fake service as an http.Handler. It is safe for concurrent use.
type Handler struct {
	options     Options
	meter       meter
	connections connections // of Transport
	stage       *Stage      // plays one scenario to whoever comes; nil: none

	mu       sync.Mutex
	script   []Reply
	decide   func(Request) Reply
	requests []*Request
	number   int          // of requests so far
	provoked map[seed]int // sends of a request with a count
}

// NewHandler gives a sandbox. nil options mean the default ones. Close it when
// Transport or Client was used.
func NewHandler(options *Options) *Handler {
	h := &Handler{options: withDefaults(options), provoked: map[seed]int{}}
	h.meter.quota = h.options.Quota
	return h
}

// Close ends every connection of Transport and Client, and with them the answers
// under way; later requests fail. It can be called more than once.
func (h *Handler) Close() { h.connections.close() }

// Client gives a client of this sandbox, over Transport and with its first key. A
// Model that options do not set is the sandbox's first deployment, so that
// requests need none. What else options set is kept, a Transport too.
func (h *Handler) Client(route azmistral.Route, options *azmistral.ClientOptions) (*azmistral.Client, error) {
	o := h.clientOptions(options)
	if o.Transport == nil {
		o.Transport = h.Transport()
	}
	return azmistral.NewClientWithKeyCredential(h.URL(route), azcore.NewKeyCredential(h.options.Keys[0]), o)
}

// URL gives an endpoint text for a route, with the kind of host that the route has
// on Azure: for clients that use Transport and another credential than Client's.
// It panics where the route is none of the package azmistral's constants.
func (h *Handler) URL(route azmistral.Route) string {
	s := mustService(route)
	return "https://" + s.host + h.fillBase(s.base)
}

// ChatPath gives the path, query included, to which chat requests of a route go
// where the host tells nothing, as on loopback: for curl and the like. It panics as
// URL does.
func (h *Handler) ChatPath(route azmistral.Route) string {
	return h.fillBase(mustService(route).chatPath())
}

func (h *Handler) fillBase(base string) string {
	return strings.ReplaceAll(base, "{deployment}", url.PathEscape(h.deployment()))
}

// clientOptions gives a copy with a model in it.
func (h *Handler) clientOptions(options *azmistral.ClientOptions) *azmistral.ClientOptions {
	var o azmistral.ClientOptions
	if options != nil {
		o = *options
	}
	if o.Model == "" {
		o.Model = h.deployment()
	}
	return &o
}

// Reply puts answers in line: each is used by the next request that the checks let
// through. When none is left, ReplyFunc's function decides, else the sandbox.
func (h *Handler) Reply(replies ...Reply) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.script = append(h.script, replies...)
}

// ReplyFunc decides by request what to answer; the zero Reply leaves it to the
// sandbox. nil ends it. The function may be called by several requests at once.
func (h *Handler) ReplyFunc(decide func(Request) Reply) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.decide = decide
}

// Requests gives the requests so far, the refused ones too, in the order in which
// they came.
func (h *Handler) Requests() []Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]Request, len(h.requests))
	for i, r := range h.requests {
		list[i] = r.clone()
	}
	return list
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := &Request{
		Method: r.Method,
		Host:   r.Host,
		Path:   r.URL.Path,
		Query:  r.URL.RawQuery,
		Header: r.Header.Clone(),
		place:  locate(r),
	}
	request.Route = request.place.service.route
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.options.MaxBodyBytes))
	request.Body = body
	request.body, _ = parseJSON(body)
	request.seed = seedOf(request.body)
	if request.place.op == opChat {
		request.decode()
	}
	if h.stage != nil {
		request.place.service, request.seed = stageService(request.place.service), seed{}
		request.decode()
		defer h.stage.enter(request)()
	}
	number := h.remember(request)
	id := request.seed.exchange(number)

	o, done := h.respond(request, err != nil, id)
	defer done()
	h.mu.Lock()
	request.Status = o.status
	h.mu.Unlock()
	o.play(w, r)
}

// remember keeps a request for Requests and gives its number.
func (h *Handler) remember(r *Request) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.number++
	if len(h.requests) >= h.options.KeepRequests {
		h.requests = slices.Delete(h.requests, 0, len(h.requests)-h.options.KeepRequests+1)
	}
	h.requests = append(h.requests, r)
	return h.number
}

// respond decides what a request gets: the gates in their order, then the answer.
// The function that it gives ends the request's part of the quota.
func (h *Handler) respond(r *Request, tooLarge bool, id exchangeID) (*output, func()) {
	nothing := func() {}
	work := *r // the one that is kept stays as it came
	r = &work
	r.begin()
	if h.stage != nil {
		o, _ := h.answered(r, h.stage.reply(), standing{}, 0, id)
		return o, nothing
	}
	if f := h.gate(r, tooLarge, id); f != nil {
		return h.refused(r, f, id), nothing
	}
	switch r.place.op {
	case opInfo:
		return h.info(r, id), nothing
	case opModels:
		return h.models(r, id), nothing
	}
	if f := h.check(r); f != nil {
		return h.refused(r, f, id), nothing
	}
	cost := admission(r)
	left, reason := h.meter.take(h.modelName(r), cost)
	if reason != "" {
		return h.overQuota(r, left, reason, id), nothing
	}
	return h.answered(r, h.nextReply(r), left, cost, id)
}

// gate is what stands before the body is looked at.
func (h *Handler) gate(r *Request, tooLarge bool, id exchangeID) *refusal {
	p := r.place
	if p.op == opUnknown {
		if r.Method != http.MethodGet && r.Path == "/" && p.sort == hostServerless {
			return refuseMethod(p, http.MethodGet) // reported of a POST to the bare host
		}
		return refusePath(p, id.hex())
	}
	method := http.MethodGet
	if p.op == opChat {
		method = http.MethodPost
	}
	if r.Method != method {
		return refuseMethod(p, method)
	}
	if f := h.checkCredential(r); f != nil {
		return f
	}
	if f := checkVersion(r); f != nil {
		return f
	}
	if p.op != opChat {
		return nil
	}
	if given := r.Header.Get("Content-Type"); !isJSON(given) {
		return refuseContentType(given)
	}
	if tooLarge {
		return refuseSize(h.options.MaxBodyBytes)
	}
	if r.body == nil {
		return &refusal{status: 422, fromModel: true, details: []detail{{kind: "json_invalid", loc: []any{"body", 0}, message: "JSON decode error", ctx: `{"error":"Expecting value"}`}}}
	}
	if !r.body.is(kindObject) || r.body.get("messages") == nil && h.options.Lenient {
		return checkFields(r)
	}
	return nil
}

func isJSON(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}

// checkVersion looks at the api-version query. /openai/v1 takes the words "v1",
// "preview" and "latest", no date.
func checkVersion(r *Request) *refusal {
	version := queryValue(r.Query, "api-version")
	if r.place.service.versionRequired && version == "" {
		return refuseVersion(r.place)
	}
	if r.place.service.route == azmistral.RouteOpenAIV1 && strings.ContainsAny(version, "0123456789") && version != "v1" {
		return refuseVersionGiven()
	}
	return nil
}

// nextReply takes the next scripted reply, or one that the request provokes.
func (h *Handler) nextReply(r *Request) Reply {
	h.mu.Lock()
	if len(h.script) > 0 {
		reply := h.script[0]
		if reply.times > 1 {
			h.script[0].times--
		} else if reply.times >= 0 {
			h.script = h.script[1:]
		}
		h.mu.Unlock()
		return reply
	}
	decide := h.decide
	h.mu.Unlock()
	if decide != nil {
		if reply := decide(r.clone()); !reply.isZero() {
			return reply
		}
	}
	if words := provoked(r); words != "" {
		return h.provokedReply(r, words)
	}
	return Reply{}
}

// provokedReply plays a scenario. One with a count is over when the same request
// came that often: the next send has the answer, and the count starts anew.
func (h *Handler) provokedReply(r *Request, words string) Reply {
	reply, count, err := playScenario(words)
	if err != nil {
		return Text("The sandbox did not understand: " + err.Error() + ".\n\n" + help())
	}
	if count > 0 {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.provoked[r.seed]++
		if h.provoked[r.seed] > count {
			delete(h.provoked, r.seed)
			return Reply{}
		}
	}
	return reply
}

// refused writes a refusal.
func (h *Handler) refused(r *Request, f *refusal, id exchangeID) *output {
	header := h.bareHeadersOf(r, id)
	if f.fromModel {
		header = h.headersOf(r, id, false)
	}
	status, contentType, body := f.shape(r.place.service.errors)
	if f.fromModel {
		switch r.place.service.errors {
		case errorsServerless, errorsServerlessV1, errorsManaged, errorsOpenAI:
			header.Set("ms-azureml-model-error-reason", "model_error")
			header.Set("ms-azureml-model-error-statuscode", strconv.Itoa(f.status))
		}
	}
	header.Set("Content-Type", contentType)
	echoClientID(header, r)
	for name, values := range f.header {
		header[name] = values
	}
	return &output{status: status, header: header, steps: []step{{data: []byte(body)}}}
}

func (h *Handler) overQuota(r *Request, left standing, reason string, id exchangeID) *output {
	seconds := strconv.Itoa(waitSeconds(left, reason))
	f := refuseRate(r.place, h.modelName(r), h.options.Region, seconds, reason == "tokens")
	o := h.refused(r, f, id)
	o.header.Set("Retry-After", seconds)
	h.meter.headers(o.header, r, left, 0)
	return o
}

// answered writes a reply.
func (h *Handler) answered(r *Request, reply Reply, left standing, cost int, id exchangeID) (*output, func()) {
	deployment, spent := h.modelName(r), 0
	var o *output
	switch reply.kind {
	case replyRefusal:
		o = h.refused(r, reply.refuse(r, h), id)
	case replyRaw:
		header := h.headersOf(r, id, false)
		if reply.header == nil {
			header.Set("Content-Type", "application/json")
		}
		echoClientID(header, r)
		o = &output{status: reply.status, header: header, steps: []step{{data: []byte(reply.body)}}}
	case replyEvents:
		o = h.streamOf(r, reply.events, id)
	default:
		a := reply.answer(h, r)
		if r.MaxTokens == 0 {
			_, spent, _ = a.usage()
		}
		if r.Stream {
			o = h.streamOf(r, append(encodeStream(a, r.place.service.layout, r), "[DONE]"), id)
		} else {
			header := h.headersOf(r, id, false)
			header.Set("Content-Type", "application/json")
			tokenHeaders(header, r, a)
			echoClientID(header, r)
			o = &output{status: http.StatusOK, header: header, steps: []step{{data: encodeWhole(a, r.place.service.layout)}}}
		}
	}
	h.meter.headers(o.header, r, left, cost+spent)
	for name, values := range reply.header {
		if len(values) == 1 && values[0] == "" {
			o.header.Del(name)
		} else {
			o.header[name] = slices.Clone(values) // echo changes them: the reply may have several requests
		}
	}
	o.delay = h.options.Delay + reply.delay
	if o.stream {
		for i := 1; i < len(o.steps); i++ {
			o.steps[i].pause = h.options.Pace + reply.pace
		}
	}
	if reply.echo {
		o.echo(r)
	}
	for _, tamper := range reply.tamper {
		tamper(o)
	}
	return o, func() { h.meter.leave(deployment, spent) }
}

func (h *Handler) streamOf(r *Request, events []string, id exchangeID) *output {
	header := h.headersOf(r, id, true)
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	echoClientID(header, r)
	o := &output{status: http.StatusOK, header: header, stream: true}
	for _, event := range events {
		o.steps = append(o.steps, step{data: eventData(event)})
	}
	return o
}

func queryValue(query, name string) string {
	values, _ := url.ParseQuery(query)
	return values.Get(name)
}
