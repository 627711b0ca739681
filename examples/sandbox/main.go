// Sandbox serves a fake of Mistral on Azure, for any client in any language.
//
//	go run ./examples/sandbox -addr 127.0.0.1:8080
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

var routes = []azmistral.Route{
	azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1,
	azmistral.RouteDeployments, azmistral.RouteManaged, azmistral.RouteGitHub,
}

func main() {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8080", "address to listen on; keep it on loopback: it is no secret service")
	key := flags.String("key", azmistraltest.Key, "key to take")
	deployments := flags.String("deployments", "", "names that exist, with commas between; empty: every name does")
	pace := flags.Duration("pace", 0, "time between two events of a stream")
	requests := flags.Int("rpm", 0, "requests a minute for each deployment; 0: no limit")
	tokens := flags.Int("tpm", 0, "tokens a minute for each deployment; 0: no limit")
	lenient := flags.Bool("lenient", false, "check no bodies")
	quiet := flags.Bool("quiet", false, "write no line for each request")
	if err := flags.Parse(os.Args[1:]); err == flag.ErrHelp {
		return
	} else if err != nil {
		os.Exit(2)
	}
	if flags.NArg() > 0 || *key == "" {
		fmt.Fprintln(os.Stderr, "sandbox: there are no arguments but flags, and the key must not be empty")
		flags.Usage()
		os.Exit(2)
	}

	options := &azmistraltest.Options{
		Keys:    []string{*key},
		Pace:    *pace,
		Lenient: *lenient,
		Quota:   azmistraltest.Quota{RequestsPerMinute: *requests, TokensPerMinute: *tokens},

		KeepRequests: 1, // nobody looks at them here, and pictures are large
	}
	model := azmistraltest.Deployment
	if *deployments != "" {
		options.Deployments = strings.Split(*deployments, ",")
		model = options.Deployments[0]
	}
	sandbox := azmistraltest.NewHandler(options)
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	describe(os.Stdout, sandbox, "http://"+listener.Addr().String(), *key, model)
	handler := http.Handler(sandbox)
	if !*quiet {
		handler = logged(sandbox)
	}
	log.Fatal(http.Serve(listener, handler))
}

// describe writes for each route its URL, which is an endpoint for azmistral.NewClient
// as it is, and a curl line.
func describe(w io.Writer, sandbox *azmistraltest.Handler, base, key, model string) {
	fmt.Fprintf(w, "The sandbox listens on %s. Ask it for [[sandbox: help]] to see what it can do.\n", base)
	for _, route := range routes {
		header := "Authorization: Bearer " + key
		if route == azmistral.RouteModels || route == azmistral.RouteOpenAIV1 || route == azmistral.RouteDeployments {
			header = "api-key: " + key
		}
		url := base + sandbox.ChatPath(route)
		fmt.Fprintf(w, "\n%s\n  %s\n  curl '%s' -H '%s' -H 'Content-Type: application/json' -d '%s'\n", route, url, url, header,
			`{"model":"`+model+`","messages":[{"role":"user","content":"Hello"}]}`)
	}
}

// logged writes a line for each request that came.
func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.Print(r.Method, " ", r.URL.EscapedPath())
		next.ServeHTTP(w, r)
	})
}
