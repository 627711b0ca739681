package azmistraltest

import (
	"net"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
)

// TB is what this package needs of a *testing.T, *testing.B or *testing.F.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Server is a sandbox that listens on a port of the loopback interface.
type Server struct {
	*Handler
	base      string
	listening *http.Server
	transport *http.Transport // of Client, so that its connections end with the server
}

// NewServer starts a sandbox on a free port of 127.0.0.1. It ends with the test.
// nil options mean the default ones.
func NewServer(tb TB, options *Options) *Server {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("azmistraltest: %v", err)
	}
	s := &Server{
		Handler:   NewHandler(options),
		base:      "http://" + listener.Addr().String(),
		transport: &http.Transport{MaxIdleConnsPerHost: 256},
	}
	s.listening = &http.Server{Handler: s.Handler, ErrorLog: silent}
	go s.listening.Serve(listener)
	tb.Cleanup(s.Close)
	return s
}

// Close ends the server before its test does, with the answers under way.
func (s *Server) Close() {
	s.transport.CloseIdleConnections()
	s.listening.Close()
	s.Handler.Close()
}

// URL gives an endpoint text for a route on this server. Its tail tells the route,
// because the host cannot:
//
//	serverless     http://127.0.0.1:PORT/chat/completions
//	serverless-v1  http://127.0.0.1:PORT/v1
//	models         http://127.0.0.1:PORT/models
//	openai-v1      http://127.0.0.1:PORT/openai/v1
//	deployments    http://127.0.0.1:PORT/openai/deployments/DEPLOYMENT
//	managed        http://127.0.0.1:PORT/managed/v1/chat/completions
//	github         http://127.0.0.1:PORT/inference/chat/completions
//	generic        http://127.0.0.1:PORT
//
// Client says the route as well. A client of your own sets ClientOptions.Route for
// managed and github, whose tails are also those of other routes, and
// InsecureAllowCredentialWithHTTP for each. It panics for any other route.
func (s *Server) URL(route azmistral.Route) string {
	return s.base + s.fillBase(mustService(route).loopbackBase())
}

// Client gives a client of this server, with its first key. A Model that options
// do not set is the sandbox's first deployment. What else options set is kept, a
// Transport too.
func (s *Server) Client(tb TB, route azmistral.Route, options *azmistral.ClientOptions) *azmistral.Client {
	tb.Helper()
	o := s.clientOptions(options)
	o.InsecureAllowCredentialWithHTTP = true
	if o.Route == "" {
		o.Route = route
	}
	if o.Transport == nil {
		o.Transport = &http.Client{
			Transport:     s.transport,
			CheckRedirect: noRedirect,
		}
	}
	client, err := azmistral.NewClientWithKeyCredential(s.URL(route), azcore.NewKeyCredential(s.options.Keys[0]), o)
	if err != nil {
		tb.Fatalf("azmistraltest: a client for %s: %v", route, err)
	}
	return client
}
