package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral/azmistraltest"
)

// TestMain lets the test binary be the program.
func TestMain(m *testing.M) {
	if os.Getenv("SANDBOX_BE_THE_PROGRAM") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestBadFlags(t *testing.T) {
	for _, arguments := range [][]string{{"-nope"}, {"argument"}, {"-key", ""}, {"-rpm", "x"}} {
		program := exec.Command(os.Args[0], arguments...)
		program.Env = append(os.Environ(), "SANDBOX_BE_THE_PROGRAM=1")
		output, err := program.CombinedOutput()
		var exit *exec.ExitError
		require.True(t, errors.As(err, &exit), arguments)
		assert.Equal(t, 2, exit.ExitCode(), arguments)
		assert.Contains(t, string(output), "Usage of sandbox", arguments)
	}
}

// TestCurlLines sends what each curl line sends.
func TestCurlLines(t *testing.T) {
	sandbox := azmistraltest.NewHandler(&azmistraltest.Options{Keys: []string{"k"}, Deployments: []string{"mine"}})
	server := httptest.NewServer(logged(sandbox))
	defer server.Close()
	var text strings.Builder
	describe(&text, sandbox, server.URL, "k", "mine")
	lines := regexp.MustCompile(`curl '([^']*)' -H '([^:']*): ([^']*)' -H 'Content-Type: application/json' -d '([^']*)'`).FindAllStringSubmatch(text.String(), -1)
	require.Len(t, lines, len(routes))
	for _, line := range lines {
		r, err := http.NewRequest(http.MethodPost, line[1], strings.NewReader(line[4]))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(line[2], line[3])
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, 200, response.StatusCode, line[0])
	}
	for i, request := range sandbox.Requests() {
		assert.Equal(t, routes[i], request.Route)
	}
}
