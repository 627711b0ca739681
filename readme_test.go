package azmistral_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
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

// fence is a code block of README, with its language.
var fence = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

func readme(t *testing.T) string {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(text)
}

func readmeBlocks(t *testing.T, language string) []string {
	var blocks []string
	for _, found := range fence.FindAllStringSubmatch(readme(t), -1) {
		if found[1] == language {
			blocks = append(blocks, found[2])
		}
	}
	require.NotEmpty(t, blocks)
	return blocks
}

// Every Go block that is no program occurs in an Example or in a test, which the
// compiler has read.
func TestReadmeCode(t *testing.T) {
	var files []string
	for _, dir := range public {
		found, err := filepath.Glob(filepath.Join(dir, "example*_test.go"))
		require.NoError(t, err)
		files = append(files, found...)
	}
	var sources [][]string
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		sources = append(sources, strings.Split(string(text), "\n"))
	}
	for _, block := range readmeBlocks(t, "go") {
		if strings.HasPrefix(block, "package ") {
			continue
		}
		want := strings.Split(strings.TrimSuffix(block, "\n"), "\n")
		found := slices.ContainsFunc(sources, func(lines []string) bool { return containsRegion(lines, want) })
		assert.True(t, found, "this block of README is in none of %v:\n%s", files, block)
	}
}

// containsRegion says whether lines hold the region, at any indentation.
func containsRegion(lines, region []string) bool {
	for i := range len(lines) - len(region) + 1 {
		indent := lines[i][:len(lines[i])-len(strings.TrimLeft(lines[i], "\t"))]
		same := true
		for j := range region {
			same = same && strings.TrimPrefix(lines[i+j], indent) == region[j]
		}
		if same {
			return true
		}
	}
	return false
}

// Every program of README is built and asks a sandbox, over TLS.
func TestReadmePrograms(t *testing.T) {
	sandbox := azmistraltest.NewHandler(nil)
	server := httptest.NewTLSServer(sandbox)
	defer server.Close()
	dir := t.TempDir()
	certificate := filepath.Join(dir, "server.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(certificate, text, 0o600))

	programs := 0
	for _, block := range readmeBlocks(t, "go") {
		if !strings.HasPrefix(block, "package main") {
			continue
		}
		programs++
		source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
		require.NoError(t, os.WriteFile(source, []byte(block), 0o600))
		output, err := exec.Command("go", "build", "-o", program, source).CombinedOutput()
		require.NoError(t, err, "%s", output)
		command := exec.Command(program)
		command.Env = append(os.Environ(), "SSL_CERT_FILE="+certificate, "AZURE_MISTRAL_ENDPOINT="+server.URL+"/openai/v1",
			"AZURE_MISTRAL_KEY="+azmistraltest.Key, "AZURE_MISTRAL_MODEL="+azmistraltest.Deployment)
		output, err = command.CombinedOutput()
		require.NoError(t, err, "%s", output)
		assert.Contains(t, string(output), "Why is the sky blue?")
	}
	assert.NotZero(t, programs)
}

// Every curl line of README brings a streamed answer from the sandbox, and there is
// one for each route of Azure's.
func TestReadmeCurl(t *testing.T) {
	sandbox := azmistraltest.NewHandler(nil)
	server := httptest.NewServer(sandbox)
	defer server.Close()
	var routes []azmistral.Route
	for _, words := range readmeCommands(t, "curl") {
		req := curlRequest(t, words[1:], server.URL)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 200, resp.StatusCode, "%v: %s", words, body)
		assert.True(t, strings.HasSuffix(string(body), "data: [DONE]\n\n"), "%v: %s", words, body)
		requests := sandbox.Requests()
		routes = append(routes, requests[len(requests)-1].Route)
	}
	// On loopback the paths of managed and github are also those of other routes.
	for _, route := range []azmistral.Route{
		azmistral.RouteOpenAIV1, azmistral.RouteModels, azmistral.RouteDeployments, azmistral.RouteServerlessV1,
		azmistral.RouteServerless, azmistral.RouteManaged, azmistral.RouteGitHub,
	} {
		assert.Contains(t, routes, route)
	}
}

// curlRequest is what curl would send, at another base.
func curlRequest(t *testing.T, words []string, base string) *http.Request {
	req := &http.Request{Method: http.MethodPost, Header: http.Header{}}
	for i := 0; i < len(words); i++ {
		switch word := words[i]; word {
		case "-N":
		case "-H":
			i++
			name, value, ok := strings.Cut(words[i], ": ")
			require.True(t, ok, words[i])
			req.Header.Set(name, value)
		case "-d":
			i++
			req.Body = io.NopCloser(strings.NewReader(words[i]))
			req.ContentLength = int64(len(words[i]))
		default:
			rest, ok := strings.CutPrefix(word, "http://127.0.0.1:8080")
			require.True(t, ok, "%s is neither an option that this test knows nor the sandbox's URL", word)
			u, err := url.Parse(base + rest)
			require.NoError(t, err)
			req.URL = u
		}
	}
	require.NotNil(t, req.URL)
	return req
}

// Every "go run" of README runs; the sandbox, which does not end, is only built.
func TestReadmeCommands(t *testing.T) {
	commands := readmeCommands(t, "go")
	assert.Contains(t, commands, []string{"go", "test", "./..."})
	for _, words := range commands {
		if words[1] != "run" {
			continue
		}
		if words[2] == "./examples/sandbox" {
			words = []string{"go", "vet", words[2]}
		}
		t.Run(strings.Join(words[2:], " "), func(t *testing.T) {
			command := exec.Command(words[0], words[1:]...)
			command.Env = withoutAccount()
			output, err := command.CombinedOutput()
			if strings.Contains(strings.Join(words, " "), "[[sandbox: cut") {
				require.Error(t, err)
				assert.Contains(t, string(output), "the stream ended before the answer was whole")
				return
			}
			require.NoError(t, err, "%s", output)
		})
	}
}

// withoutAccount is the environment without what makes the examples ask Azure.
func withoutAccount() []string {
	return slices.DeleteFunc(os.Environ(), func(line string) bool { return strings.HasPrefix(line, "AZURE_MISTRAL_") })
}

// readmeCommands gives the commands of README's sh blocks that run a program, each
// as its words.
func readmeCommands(t *testing.T, program string) [][]string {
	var commands [][]string
	for _, block := range readmeBlocks(t, "sh") {
		for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", " ")) {
			line, _, _ = strings.Cut(line, "  # ")
			if words := shellWords(strings.TrimSpace(line)); len(words) > 0 && words[0] == program {
				commands = append(commands, words)
			}
		}
	}
	require.NotEmpty(t, commands)
	return commands
}

// shellWords splits as a shell does that sees only blanks and quotes.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	var quote rune
	for _, r := range line + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote == 0 && r == ' ':
			if word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
		default:
			word.WriteRune(r)
		}
	}
	return words
}

// tableRow is a line of a table of README, but not its rule.
var tableRow = regexp.MustCompile(`(?m)^\|(.*)\|$`)

// readmeTable gives the rows of the table with that head, each as its cells.
func readmeTable(t *testing.T, head string) [][]string {
	_, rest, found := strings.Cut(readme(t), "\n"+head+"\n")
	require.True(t, found, head)
	table, _, _ := strings.Cut(rest, "\n\n")
	var rows [][]string
	for _, row := range tableRow.FindAllStringSubmatch(table, -1)[1:] {
		cells := strings.Split(row[1], " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

var code = regexp.MustCompile("`([^`]*)`")

// The table of endpoints says what ParseEndpoint says.
func TestReadmeEndpoints(t *testing.T) {
	rows := readmeTable(t, "| what you paste | route | where it sends | key header | token scope |")
	require.Len(t, rows, 8)
	names := strings.NewReplacer("<r>", "contoso", "<d>", "mistral-large", "<n>", "mistral", "<region>", "eastus2", "<e>", "chat", "<p>", "support",
		"…", "https://contoso.services.ai.azure.com")
	for _, row := range rows[:len(rows)-1] { // the last is any other host
		pasted := code.FindAllStringSubmatch(row[0], -1)
		require.NotEmpty(t, pasted)
		base := names.Replace(pasted[0][1])
		for _, p := range pasted {
			text := names.Replace(p[1])
			if strings.HasPrefix(text, "/") {
				text = base + text // "with /v1 or without"
			}
			endpoint, err := azmistral.ParseEndpoint(text)
			require.NoError(t, err, text)
			assert.Equal(t, row[1], string(endpoint.Route), text)
			u, err := url.Parse(endpoint.URL)
			require.NoError(t, err)
			path := names.Replace(code.FindStringSubmatch(row[2])[1])
			assert.True(t, strings.HasSuffix(u.Path, path), "%s goes to %s, want %s", text, u.Path, path)
			header, _, _ := strings.Cut(code.FindStringSubmatch(row[3])[1], ":")
			assert.Equal(t, header, endpoint.KeyHeader, text)
			scope := ""
			if found := code.FindStringSubmatch(row[4]); found != nil {
				scope = found[1]
			}
			assert.Equal(t, scope, endpoint.TokenScope, text)
		}
	}
}

// The table of errors names every sentinel, once.
func TestReadmeErrors(t *testing.T) {
	source, err := os.ReadFile("errors.go")
	require.NoError(t, err)
	var want, got []string
	for _, found := range regexp.MustCompile(`(?m)^\t(Err\w+) +error = `).FindAllStringSubmatch(string(source), -1) {
		want = append(want, found[1])
	}
	for _, row := range readmeTable(t, "| errors.Is | what happened | what to do |") {
		got = append(got, strings.Trim(row[0], "`"))
	}
	assert.Len(t, want, 13)
	assert.ElementsMatch(t, want, got)
}

// Links to files and to headings lead somewhere.
func TestReadmeLinks(t *testing.T) {
	text := fence.ReplaceAllString(readme(t), "") // Go's type arguments look like links
	headings := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		anchor := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(found[1]), "")
		headings["#"+strings.ReplaceAll(anchor, " ", "-")] = true
	}
	for _, found := range regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(text, -1) {
		switch link := found[1]; {
		case strings.HasPrefix(link, "https://"):
		case strings.HasPrefix(link, "#"):
			assert.True(t, headings[link], link)
		default:
			_, err := os.Stat(link)
			assert.NoError(t, err)
		}
	}
}

// README tells how long the catalogue of faults is.
func TestReadmeCountsTheScenarios(t *testing.T) {
	assert.Contains(t, readme(t), fmt.Sprintf("a catalogue of %d faults", len(azmistraltest.Scenarios())))
}
