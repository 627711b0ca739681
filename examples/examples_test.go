// Package examples_test runs the example programs as their users do.
package examples_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// programs is the folder of the programs that TestMain built.
var programs string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "azmistral-examples")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", dir, "./chat", "./entra", "./errors", "./reasoning", "./sandbox", "./structured", "./tools", "./vision")
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v: %s\n", err, output)
		return 1
	}
	programs = dir
	return m.Run()
}

// outcome is what a program left.
type outcome struct {
	stdout, stderr string
	code           int
}

// start gives a program that will see only these variables of AZURE_…, and "NAME="
// as one that is not set.
func start(t *testing.T, variables []string, program string, arguments ...string) *exec.Cmd {
	watchSources(t)
	command := exec.CommandContext(t.Context(), filepath.Join(programs, program), arguments...)
	command.Env = slices.DeleteFunc(os.Environ(), func(line string) bool {
		return strings.HasPrefix(line, "AZURE_") || strings.HasPrefix(line, "NO_COLOR=")
	})
	command.Env = append(command.Env, variables...)
	return command
}

func run(t *testing.T, command *exec.Cmd) outcome {
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		require.NoError(t, err)
	}
	return outcome{stdout.String(), stderr.String(), command.ProcessState.ExitCode()}
}

// watchSources looks at every source file, so that the cache of go test knows what
// the programs are made of.
func watchSources(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			_, err = os.Stat(path)
		}
		return err
	})
	require.NoError(t, err)
}

const sandboxNotice = "[sandbox, inside this program: https://sandbox.eastus2.models.ai.azure.com/v1/chat/completions]\n"

func TestChat(t *testing.T) {
	usage := regexp.MustCompile(`^\[finish reason stop; tokens: [1-9]\d* asked, [1-9]\d* answered\]\n$`)

	t.Run("question as arguments", func(t *testing.T) {
		got := run(t, start(t, nil, "chat", "Why is", "the sky blue?"))
		assert.Zero(t, got.code)
		assert.Contains(t, got.stdout, "Why is the sky blue?")
		assert.True(t, strings.HasSuffix(got.stdout, "\n"))
		notice, rest, _ := strings.Cut(got.stderr, "\n")
		assert.Equal(t, sandboxNotice, notice+"\n")
		assert.Regexp(t, usage, rest)
	})
	t.Run("question on standard input", func(t *testing.T) {
		command := start(t, nil, "chat")
		command.Stdin = strings.NewReader("Why is\nthe sky blue?\n")
		got := run(t, command)
		assert.Zero(t, got.code)
		assert.Contains(t, got.stdout, "the sky blue?")
	})
	t.Run("no question", func(t *testing.T) {
		command := start(t, nil, "chat")
		command.Stdin = strings.NewReader(" \n")
		assert.Equal(t, outcome{"", "there is no question: give one as argument or on standard input\n", 2}, run(t, command))
	})
	t.Run("bad flags", func(t *testing.T) {
		for _, flag := range []string{"-x", "-max-tokens=many"} {
			got := run(t, start(t, nil, "chat", flag))
			assert.Equal(t, 2, got.code)
			assert.Empty(t, got.stdout)
			assert.Contains(t, got.stderr, "Usage of ")
			assert.Contains(t, got.stderr, "-max-tokens int")
		}
	})
	t.Run("thinking", func(t *testing.T) {
		got := run(t, start(t, nil, "chat", "-reasoning", "high", "Why?"))
		assert.Zero(t, got.code)
		assert.Contains(t, got.stderr, "The user wants to know: Why?")
		assert.NotContains(t, got.stdout, "The user wants to know")
		assert.NotContains(t, got.stderr+got.stdout, "\x1b[", "there is no terminal")
	})
	t.Run("cut", func(t *testing.T) {
		got := run(t, start(t, nil, "chat", "[[sandbox: cut after=5]]"))
		assert.Equal(t, 1, got.code)
		assert.NotEmpty(t, strings.TrimSpace(got.stdout), "what had come stays")
		lines := strings.Split(strings.TrimSpace(got.stderr), "\n")
		require.Len(t, lines, 2)
		assert.Contains(t, lines[1], "azmistral: the stream ended before the answer was whole")
	})
	t.Run("retry", func(t *testing.T) {
		got := run(t, start(t, nil, "chat", "[[sandbox: error status=503 count=1]]"))
		assert.Zero(t, got.code)
		assert.NotEmpty(t, got.stdout)
		assert.Contains(t, got.stderr, "[asking again in 0.")
	})
}

func TestConnect(t *testing.T) {
	sandbox := azmistraltest.NewHandler(&azmistraltest.Options{Deployments: []string{"mine"}})
	server := httptest.NewServer(sandbox)
	defer server.Close()
	endpoint := "AZURE_MISTRAL_ENDPOINT=" + server.URL + "/openai/v1"
	key := "AZURE_MISTRAL_KEY=" + azmistraltest.Key

	t.Run("key", func(t *testing.T) {
		got := run(t, start(t, []string{endpoint, key, "AZURE_MISTRAL_MODEL=mine"}, "chat", "Hello"))
		assert.Zero(t, got.code, got.stderr)
		assert.Contains(t, got.stderr, "[key: "+server.URL+"/openai/v1/chat/completions]\n")
		requests := sandbox.Requests()
		assert.Equal(t, "mine", requests[len(requests)-1].Model)
	})
	t.Run("the flag wins over the variable", func(t *testing.T) {
		got := run(t, start(t, []string{endpoint, key, "AZURE_MISTRAL_MODEL=other"}, "chat", "-model", "mine", "-system", "Be short.", "-max-tokens", "5", "Hello"))
		assert.Zero(t, got.code, got.stderr)
		requests := sandbox.Requests()
		last := requests[len(requests)-1]
		assert.Equal(t, "mine", last.Model)
		assert.Equal(t, 5, last.MaxTokens)
		assert.Equal(t, "Be short.", last.Messages[0].Text)
		assert.Contains(t, got.stderr, "finish reason length")
	})
	t.Run("wrong key", func(t *testing.T) {
		got := run(t, start(t, []string{endpoint, "AZURE_MISTRAL_KEY=wrong-key", "AZURE_MISTRAL_MODEL=mine"}, "chat", "Hello"))
		assert.Equal(t, 1, got.code)
		assert.Empty(t, got.stdout)
		assert.Contains(t, got.stderr, "azmistral: 401 Unauthorized")
		assert.NotContains(t, got.stderr, "wrong-key")
	})
	t.Run("no model", func(t *testing.T) {
		got := run(t, start(t, []string{endpoint, key}, "chat", "Hello"))
		assert.Equal(t, 1, got.code)
		assert.Contains(t, got.stderr, "deployment's name")
	})
	t.Run("key without endpoint", func(t *testing.T) {
		got := run(t, start(t, []string{key}, "chat", "Hello"))
		assert.Equal(t, outcome{"", "AZURE_MISTRAL_KEY is set, but AZURE_MISTRAL_ENDPOINT is not: set both, or none to ask the sandbox\n", 1}, got)
	})
	t.Run("Entra ID", func(t *testing.T) {
		// There is one credential to try, and it has no settings: nothing leaves this machine.
		got := run(t, start(t, []string{endpoint, "AZURE_TOKEN_CREDENTIALS=EnvironmentCredential", "AZURE_MISTRAL_MODEL=mine"}, "chat", "Hello"))
		assert.Equal(t, 1, got.code)
		assert.Contains(t, got.stderr, "AZURE_TENANT_ID")
	})
	t.Run("plain http to another machine", func(t *testing.T) {
		got := run(t, start(t, []string{"AZURE_MISTRAL_ENDPOINT=http://contoso.openai.azure.com", key, "AZURE_MISTRAL_MODEL=mine"}, "chat", "Hello"))
		assert.Equal(t, 1, got.code)
		assert.Contains(t, got.stderr, "plain http")
	})
}

func TestEntra(t *testing.T) {
	t.Run("sandbox", func(t *testing.T) {
		got := run(t, start(t, nil, "entra"))
		assert.Zero(t, got.code)
		assert.Equal(t, 3, strings.Count(got.stderr, "[Entra ID as sandbox, token scope https://ai.azure.com/.default: https://sandbox.openai.azure.com/openai/v1/chat/completions]\n"))
		assert.Contains(t, got.stdout, "Say hello in French.")
		assert.Contains(t, got.stdout, "asked for scope https://ai.azure.com/.default and has audience https://management.azure.com")
		assert.Contains(t, got.stdout, "Cognitive Services User")
	})
	t.Run("bad flags", func(t *testing.T) {
		for _, arguments := range [][]string{{"-x"}, {"-as", "root"}} {
			got := run(t, start(t, nil, "entra", arguments...))
			assert.Equal(t, 2, got.code)
			assert.Contains(t, got.stderr, "Usage of ")
		}
	})
	t.Run("no endpoint", func(t *testing.T) {
		for _, place := range []string{"developer", "managed", "workload"} {
			got := run(t, start(t, nil, "entra", "-as", place))
			assert.Equal(t, 1, got.code)
			assert.Contains(t, got.stderr, "AZURE_MISTRAL_ENDPOINT")
		}
	})
	t.Run("each place has its credential", func(t *testing.T) {
		endpoint := "AZURE_MISTRAL_ENDPOINT=https://localhost:1/openai/v1"
		model := "AZURE_MISTRAL_MODEL=mine"
		for place, want := range map[string]string{
			"developer": "no token for scope https://ai.azure.com/.default",
			"workload":  "no client ID specified",
		} {
			got := run(t, start(t, []string{endpoint, model, "AZURE_TOKEN_CREDENTIALS=EnvironmentCredential"}, "entra", "-as", place))
			assert.Equal(t, 1, got.code)
			assert.Contains(t, got.stderr, want, place)
		}
	})
}

// Each sentinel has its line, and the package's.
func TestErrors(t *testing.T) {
	got := run(t, start(t, nil, "errors"))
	assert.Zero(t, got.code)
	assert.Empty(t, got.stderr)
	var kinds []string
	for line := range strings.Lines(got.stdout) {
		kind, _, _ := strings.Cut(line, " ")
		kinds = append(kinds, kind)
		assert.Contains(t, line, "| azmistral: ")
	}
	assert.Equal(t, []string{
		"ErrAuthentication", "ErrPermission", "ErrNotFound", "ErrInvalidRequest", "ErrContextTooLong", "ErrContentFiltered", "ErrRateLimited",
		"ErrQuotaExceeded", "ErrUnavailable", "ErrIncomplete", "ErrTimeout", "ErrTooLarge", "ErrUnexpectedResponse",
	}, kinds)
	assert.Contains(t, got.stdout, "ask again in 1m30s ")
	assert.Contains(t, got.stdout, `use what came: "There is`)
}

func TestTools(t *testing.T) {
	t.Run("two cities", func(t *testing.T) {
		got := run(t, start(t, nil, "tools"))
		assert.Zero(t, got.code, got.stderr)
		for _, line := range []string{
			`[the model calls get_weather({"city": "Paris"})]`, `[the model calls get_weather({"city": "Oslo"})]`,
			`[the model calls get_time({"city": "Paris"})]`, `[the model calls get_time({"city": "Oslo"})]`,
			`[get_weather says {"celsius":17,"sky":"cloudy"}]`, `[get_weather says {"celsius":4,"sky":"snow"}]`,
		} {
			assert.Equal(t, 1, strings.Count(got.stderr, line+"\n"), line)
		}
		assert.Equal(t, 2, len(regexp.MustCompile(`(?m)^\[get_time says \d\d:\d\d\]$`).FindAllString(got.stderr, -1)), got.stderr)
		assert.Regexp(t, `\n\[2 requests, 4 calls; tokens: [1-9]\d* asked, [1-9]\d* answered\]\n$`, got.stderr)
		assert.Contains(t, got.stdout, `{"celsius":17,"sky":"cloudy"}`)
		assert.Contains(t, got.stdout, "That answers your question: What is the weather")
	})
	t.Run("a tool that fails", func(t *testing.T) {
		got := run(t, start(t, nil, "tools", "What is the weather in", "Timbuktu?"))
		assert.Zero(t, got.code)
		assert.Contains(t, got.stderr, "no weather station in Timbuktu: there is one in Paris, Oslo and Lima")
		assert.Contains(t, got.stdout, "no weather station in Timbuktu", "the model was told")
	})
	t.Run("a model that is wrong at first", func(t *testing.T) {
		got := run(t, start(t, nil, "tools", "The weather in Lima? [[sandbox: schema-wrong how=missing]]"))
		assert.Zero(t, got.code)
		assert.Contains(t, got.stderr, "[the model calls get_weather({})]")
		assert.Contains(t, got.stderr, `[the model calls get_weather({"city": "Lima"})]`)
		assert.Contains(t, got.stdout, `{"celsius":22,"sky":"clear"}`)
		assert.Contains(t, got.stderr, "[3 requests, 2 calls;")
	})
	t.Run("cut", func(t *testing.T) {
		got := run(t, start(t, nil, "tools", "[[sandbox: cut after=1]]"))
		assert.Equal(t, 1, got.code)
		assert.Contains(t, got.stderr, "the stream ended before the answer was whole")
	})
}

func TestStructured(t *testing.T) {
	const invoice = "R-2041 of Nordlicht GmbH, Kiel, due on 2026-03-01\n" +
		"   3  desk lamp                89.00 EUR\n" +
		"   1  floor lamp              240.00 EUR\n" +
		"  12  light bulb                4.50 EUR\n" +
		"                              561.00 EUR\n"
	t.Run("once", func(t *testing.T) {
		assert.Equal(t, outcome{invoice, sandboxNotice, 0}, run(t, start(t, nil, "structured")))
	})
	t.Run("while it comes", func(t *testing.T) {
		got := run(t, start(t, nil, "structured", "-watch"))
		assert.Equal(t, outcome{invoice, sandboxNotice +
			"[so far: invoice R-2041, 1 line(s)]\n[so far: invoice R-2041, 2 line(s)]\n[so far: invoice R-2041, 3 line(s)]\n", 0}, got)
	})
	mail := func(t *testing.T, more string) string {
		text, err := os.ReadFile("structured/mail.txt")
		require.NoError(t, err)
		name := filepath.Join(t.TempDir(), "mail.txt")
		require.NoError(t, os.WriteFile(name, append(text, more...), 0o600))
		return name
	}
	t.Run("a model that is wrong at first", func(t *testing.T) {
		got := run(t, start(t, nil, "structured", mail(t, "[[sandbox: schema-wrong]]")))
		assert.Equal(t, outcome{invoice, sandboxNotice, 0}, got, "it was told so, and did better")
	})
	t.Run("a model that stays wrong", func(t *testing.T) {
		got := run(t, start(t, nil, "structured", mail(t, "[[sandbox: schema-wrong turns=9]]")))
		assert.Equal(t, 1, got.code)
		assert.Empty(t, got.stdout)
		assert.Contains(t, got.stderr, `[what the model wrote: {"supplier": 7, `)
		assert.Contains(t, got.stderr, "supplier")
	})
	t.Run("no such file", func(t *testing.T) {
		got := run(t, start(t, nil, "structured", "nothing-here.txt"))
		assert.Equal(t, 1, got.code)
		assert.Contains(t, got.stderr, "nothing-here.txt")
	})
}

func TestVision(t *testing.T) {
	t.Run("the samples", func(t *testing.T) {
		got := run(t, start(t, nil, "vision"))
		assert.Zero(t, got.code, got.stderr)
		assert.Contains(t, got.stdout, "\n- picture: image/png, 320 by 200 pixels, 545 bytes\n- document \"offer.pdf\": application/pdf, 734 bytes\n")
		assert.Regexp(t, `\[tokens: [1-9]\d* asked, [1-9]\d* answered; files cost`, got.stderr)
	})
	t.Run("files of one's own", func(t *testing.T) {
		got := run(t, start(t, nil, "vision", "-question", "Which colours has it?", "vision/house.png"))
		assert.Zero(t, got.code, got.stderr)
		assert.Contains(t, got.stdout, "Which colours has it?")
		assert.Contains(t, got.stdout, "320 by 200 pixels")
		assert.NotContains(t, got.stdout, "offer.pdf")
	})
	t.Run("no picture", func(t *testing.T) {
		got := run(t, start(t, nil, "vision", "vision/house.png", "vision/main.go"))
		assert.Equal(t, 1, got.code)
		assert.Empty(t, got.stdout)
		assert.Contains(t, got.stderr, "\nvision/main.go: media: ", "the name as it was given")
	})
}

func TestReasoning(t *testing.T) {
	got := run(t, start(t, nil, "reasoning", "Why is", "the sky blue?"))
	assert.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "> Why is the sky blue?\n")
	assert.Contains(t, got.stdout, "\n> Check that in one line.\n")
	assert.Equal(t, 1, strings.Count(got.stderr, "The user wants to know: Why is the sky blue?"))
	assert.NotContains(t, got.stdout, "The user wants to know")
	assert.Contains(t, got.stderr, "1 message(s)")
	assert.Contains(t, got.stderr, "3 message(s)")
	assert.Regexp(t, `\[the first answer has 1\d\d bytes of thinking, kept for later turns\]\n$`, got.stderr)

	got = run(t, start(t, nil, "reasoning", "-effort", "none"))
	assert.Contains(t, got.stderr, "[the first answer has 0 bytes of thinking")

	// A sandbox on a port sees that it comes back as it went out.
	sandbox := azmistraltest.NewHandler(nil)
	server := httptest.NewServer(sandbox)
	defer server.Close()
	got = run(t, start(t, []string{"AZURE_MISTRAL_ENDPOINT=" + server.URL + "/v1", "AZURE_MISTRAL_KEY=" + azmistraltest.Key, "AZURE_MISTRAL_MODEL=mine"}, "reasoning", "Why?"))
	assert.Zero(t, got.code, got.stderr)
	requests := sandbox.Requests()
	require.Len(t, requests, 2)
	assert.Contains(t, requests[1].Messages[1].Thinking, "The user wants to know: Why?")
}

// The server answers a client by every route that it lists.
func TestSandbox(t *testing.T) {
	command := start(t, nil, "sandbox", "-addr", "127.0.0.1:0", "-quiet")
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
	}()
	url := regexp.MustCompile(`(?m)^  (http://127\.0\.0\.1:\d+/\S+)$`)
	var text []byte
	for buffer := make([]byte, 4096); !bytes.Contains(text, []byte("\ngithub\n")) || !bytes.HasSuffix(text, []byte("\n")); {
		n, err := stdout.Read(buffer)
		require.NoError(t, err)
		text = append(text, buffer[:n]...)
	}
	found := url.FindAllStringSubmatch(string(text), -1)
	require.Len(t, found, 7)
	for _, match := range found {
		got := run(t, start(t, []string{"AZURE_MISTRAL_ENDPOINT=" + match[1], "AZURE_MISTRAL_KEY=" + azmistraltest.Key, "AZURE_MISTRAL_MODEL=mine"}, "chat", "Hello"))
		assert.Zero(t, got.code, "%s: %s", match[1], got.stderr)
		assert.Contains(t, got.stdout, "Hello")
		endpoint, err := azmistral.ParseEndpoint(match[1])
		require.NoError(t, err)
		assert.Contains(t, got.stderr, "[key: "+endpoint.URL+"]")
	}
	assert.Equal(t, 2, run(t, start(t, nil, "sandbox", "-x")).code)
}

// Each example runs by every route, and says of no stream that it cost nothing.
func TestRoutes(t *testing.T) {
	sandbox := azmistraltest.NewHandler(nil)
	server := httptest.NewServer(sandbox)
	defer server.Close()
	for _, route := range []azmistral.Route{
		azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1,
		azmistral.RouteDeployments, azmistral.RouteManaged, azmistral.RouteGitHub,
	} {
		variables := []string{"AZURE_MISTRAL_ENDPOINT=" + server.URL + sandbox.ChatPath(route), "AZURE_MISTRAL_KEY=" + azmistraltest.Key, "AZURE_MISTRAL_MODEL=mine"}
		for _, line := range []struct{ program, argument, stdout, stderr string }{
			{"chat", "Why?", "Why?", "[finish reason stop; tokens: "},
			{"tools", "The weather in Oslo?", `{"celsius":4,"sky":"snow"}`, "[2 requests, 1 calls; tokens: "},
			{"structured", "structured/mail.txt", "R-2041 of Nordlicht GmbH, Kiel", ""},
			{"structured", "-watch", "R-2041 of Nordlicht GmbH, Kiel", "3 line(s)"},
			{"vision", "vision/house.png", "320 by 200 pixels", "[tokens: "},
			{"reasoning", "Why?", "> Why?", "The user wants to know: Why?"},
		} {
			got := run(t, start(t, variables, line.program, line.argument))
			assert.Zero(t, got.code, "%s %s: %s", route, line.program, got.stderr)
			assert.Contains(t, got.stdout, line.stdout, "%s %s", route, line.program)
			assert.Contains(t, got.stderr, line.stderr, "%s %s", route, line.program)
			assert.NotContains(t, got.stderr, "tokens: 0 asked", "%s %s", route, line.program)
		}
	}
}

// Examples are short: nobody reads a long one.
func TestLength(t *testing.T) {
	files, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Less(t, bytes.Count(text, []byte("\n")), 100, name)
	}
}
