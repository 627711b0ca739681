package azmistraltest

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/azmistral/azmistral"
)

// What a stage answers where its scenario lets an answer through, in the layout of
// Mistral's own route: the same to every request, of every route.
const stageText = "Zürich 😀"

var stageUsage = [2]int{11, 7}

// Stage is one scenario being played. It takes every credential and every body.
type Stage struct {
	scenario  Scenario
	handler   *Handler
	base      string
	client    *http.Client
	elsewhere string // the base of another origin, where nothing should ever come

	played   atomic.Int64 // replies of the scenario so far
	arrived  atomic.Int64
	strayed  atomic.Int64
	busy     atomic.Int64
	mu       sync.Mutex
	secrets  []string
	first    *Request // what came first: a send after it must bring the same
	changed  bool
	inBubble bool
}

// Play serves one scenario alone on loopback, until the test is over.
func (s Scenario) Play(tb TB, p Protocol) *Stage {
	tb.Helper()
	stage := newStage(s)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("azmistraltest: %v", err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 16, MaxResponseHeaderBytes: 1 << 20, TLSHandshakeTimeout: 2 * time.Second}
	stage.client = &http.Client{Transport: transport, Timeout: s.limit}
	tb.Cleanup(transport.CloseIdleConnections)
	if p == HTTP2 || s.own != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: stageAuthority().pool}
		transport.ForceAttemptHTTP2 = p == HTTP2
	}
	if s.own != nil {
		s.own(stage, &playing{tb: tb, protocol: p, listener: listener})
		return stage
	}
	server := stage.server()
	stage.base = "http://" + listener.Addr().String()
	if p == HTTP2 {
		stage.base = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, stageTLS(p))
	}
	stage.serve(tb, server, listener)
	stage.listenElsewhere(tb)
	return stage
}

// PlayInBubble serves the scenario without sockets, over HTTP/1.1, for a bubble of
// testing/synctest, where its waits pass at once. Options then sets no short
// delays. It does not play what needs a listener of its own, or another origin.
func (s Scenario) PlayInBubble(tb TB) *Stage {
	tb.Helper()
	if s.own != nil {
		tb.Fatalf("azmistraltest: %s needs a listener of its own", s.Name)
	}
	stage := newStage(s)
	stage.inBubble = true
	stage.base = "http://127.0.0.1"
	stage.client = stage.handler.Transport()
	stage.client.CheckRedirect = nil
	stage.client.Timeout = s.limit
	tb.Cleanup(stage.handler.Close)
	return stage
}

func newStage(s Scenario) *Stage {
	stage := &Stage{scenario: s, handler: NewHandler(&Options{Lenient: true})}
	stage.handler.stage = stage
	return stage
}

// URL gives an endpoint text for a route, as Server.URL does.
func (s *Stage) URL(route azmistral.Route) string {
	return s.base + s.handler.fillBase(mustService(route).loopbackBase())
}

// HTTPClient trusts the stage's certificate where that is meant to be trusted,
// speaks the stage's protocol, and follows redirects, as clients do.
func (s *Stage) HTTPClient() *http.Client { return s.client }

// Options fills what the scenario needs of a client: transport, plain HTTP where it
// is, deadlines of parts of a second where it stalls. Backoffs begin at a
// millisecond, but for a stage in a bubble.
func (s *Stage) Options(o *azmistral.ClientOptions) {
	o.Transport = s.client
	o.InsecureAllowCredentialWithHTTP = true
	if o.Model == "" {
		o.Model = Deployment
	}
	if !s.inBubble {
		o.Retry.RetryDelay = time.Millisecond
		o.StartTimeout, o.IdleTimeout = 10*time.Second, 10*time.Second
	}
	if s.scenario.set != nil {
		s.scenario.set(o)
	}
}

// At moves the key "at" to another position, for the requests that come from then
// on, and gives what that wants.
func (s *Stage) At(position int) Want {
	moved := s.scenario.With("at=" + strconv.Itoa(position))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scenario.args = moved.args
	return moved.Want
}

// Requests is how many sends have arrived, or how many connections were begun where
// the scenario ends them before a request.
func (s *Stage) Requests() int { return int(s.arrived.Load()) }

// Strays is how many requests have come to the other origin to which the scenario
// points: each would have brought it a credential or a prompt.
func (s *Stage) Strays() int { return int(s.strayed.Load()) }

// Busy is how many requests the stage is still at work on. It goes to 0 when a
// client lets go of what it does not read.
func (s *Stage) Busy() int { return int(s.busy.Load()) }

// Secrets are the texts that no error may hold: the credentials that came, and the
// texts of the messages, those of less than 8 bytes aside.
func (s *Stage) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.secrets)
}

// enter notes a request. The function that it gives ends it.
func (s *Stage) enter(r *Request) func() {
	s.arrived.Add(1)
	s.busy.Add(1)
	texts := []string{credentialOf(r)}
	for _, m := range r.Messages {
		texts = append(texts, m.Text)
	}
	s.mu.Lock()
	if s.first == nil {
		s.first = r
	}
	if !bytes.Equal(r.Body, s.first.Body) || credentialOf(r) != credentialOf(s.first) || r.Path != s.first.Path {
		s.changed = true
	}
	for _, text := range texts {
		if len(text) >= 8 && !slices.Contains(s.secrets, text) {
			s.secrets = append(s.secrets, text)
		}
	}
	s.mu.Unlock()
	return func() { s.busy.Add(-1) }
}

// credentialOf is the key or the token that a request brings.
func credentialOf(r *Request) string {
	if key := r.Header.Get("api-key"); key != "" {
		return key
	}
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// reply decides what a request gets.
func (s *Stage) reply() Reply {
	s.mu.Lock()
	keys, changed := s.scenario.args, s.changed
	s.mu.Unlock()
	if changed {
		return Raw(http.StatusConflict, nil, `{"message":"this is not what was sent first: every send must bring the same body, credential and path"}`)
	}
	n := int(s.played.Add(1))
	if !s.scenario.early {
		n -= max(0, s.scenario.Calls-1)
	}
	count := keys.number("count", s.scenario.count)
	if n < 1 || count > 0 && n > count {
		return Reply{}
	}
	a := args{"elsewhere": s.elsewhere}
	for key, value := range keys {
		a[key] = value
	}
	return s.scenario.play(a)
}

// stageService is the route of every stage: Mistral's own layouts, where there is
// no other reason for one.
func stageService(s *service) *service {
	made := *s
	made.names, made.layout, made.errors = namesMistral, layoutMistral, errorsMistral
	return &made
}

func (s *Stage) server() *http.Server {
	server := &http.Server{Handler: s.handler, ErrorLog: silent}
	return server
}

func (s *Stage) serve(tb TB, server *http.Server, listener net.Listener) {
	server.TLSConfig = stageTLS(HTTP2).Clone()
	go server.Serve(listener)
	tb.Cleanup(func() { server.Close() })
}

// listenElsewhere opens another origin.
func (s *Stage) listenElsewhere(tb TB) {
	if !slices.ContainsFunc(s.scenario.keys, func(k scenarioKey) bool { return k.name == "to" }) {
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("azmistraltest: %v", err)
	}
	s.elsewhere = "http://localhost:" + portOf(listener)
	server := &http.Server{ErrorLog: silent, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.strayed.Add(1)
		s.handler.ServeHTTP(w, r)
	})}
	go server.Serve(listener)
	tb.Cleanup(func() { server.Close() })
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
