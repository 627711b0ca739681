package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pageFile = "../../docs/faults.md"

// tables are the rows of every table of a page, by the heading above it.
func tables(t *testing.T, text string) map[string][][]string {
	t.Helper()
	found, heading := map[string][][]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "## "); ok {
			heading = name
		}
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		found[heading] = append(found[heading], splitRow(line))
	}
	return found
}

// splitRow gives the cells of a row. A bar within a cell stands behind a backslash.
func splitRow(line string) (cells []string) {
	line = strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |")
	for cell := range strings.SplitSeq(line, " | ") {
		cells = append(cells, strings.TrimSpace(cell))
	}
	return cells
}

// TestPage wants the page that the repository has to be of today's catalogue, and
// its numbers to be those of its rows.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(pageFile)
	require.NoError(t, err)
	found := tables(t, string(text))

	var want, got []string
	for _, s := range catalogue() {
		for _, form := range s.Forms {
			want = append(want, strings.Join([]string{"Family " + s.Family, s.Name, formText(s, form), does(s)}, " | "))
		}
	}
	families := (&page{runs: selection{}.runs()}).familyNames()
	rightOf, runsOf := map[string]int{}, 0
	for _, family := range families {
		heading := "Family " + family
		require.NotEmpty(t, found[heading], heading)
		for _, row := range found[heading][1:] {
			require.Len(t, row, 3+len(clients), row)
			got = append(got, heading+" | "+strings.Join(row[:3], " | "))
			both := !strings.Contains(row[1], ",")
			for i, c := range clients {
				rightOf[c.name] += rightRuns(t, row[3+i], both)
			}
			runsOf++
			if both {
				runsOf++
			}
		}
	}
	require.Equal(t, want, got, "docs/faults.md is not of today's catalogue: see its head for how to make it again")

	totals := found["Totals"]
	assert.Equal(t, append([]string{"Verdict"}, clientNames()...), totals[0])
	numbers := map[string][]int{}
	for _, row := range totals[1:] {
		for _, cell := range row[1:] {
			n, err := strconv.Atoi(cell)
			if err != nil {
				break // the families, which have the verdicts' heading
			}
			numbers[row[0]] = append(numbers[row[0]], n)
		}
	}
	for i, c := range clients {
		assert.Equal(t, runsOf, numbers["runs"][i], c.name)
		assert.Equal(t, rightOf[c.name], numbers["right"][i], c.name)
		sum := 0
		for _, k := range kinds {
			sum += numbers[string(k.kind)][i]
		}
		assert.Equal(t, runsOf, sum, c.name)
	}
	for _, c := range clients[1:] {
		version := regexp.MustCompile(regexp.QuoteMeta(c.module) + ` (v\S+)`).FindStringSubmatch(moduleFile(t))
		require.Len(t, version, 2, c.module)
		assert.Contains(t, string(text), "| "+c.name+" | `"+c.module+"` | "+version[1]+" |")
	}
	home, err := os.UserHomeDir()
	require.NoError(t, err)
	for _, private := range []string{"127.0.0.1", "localhost:", os.TempDir() + "/", home + "/"} {
		assert.NotContains(t, string(text), private, "what changes with the machine")
	}
}

// rightRuns counts the runs of a cell that were right.
func rightRuns(t *testing.T, cell string, both bool) int {
	t.Helper()
	parts := strings.Split(cell, "<br>")
	count := 0
	for _, part := range parts {
		part = strings.TrimPrefix(strings.TrimPrefix(part, "HTTP/1.1 "), "HTTP/2 ")
		word, _, ok := strings.Cut(part, ": ")
		require.True(t, ok, cell)
		if kind(word) == right {
			count++
		}
	}
	if both && len(parts) == 1 {
		count *= 2
	}
	return count
}

func moduleFile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	return string(text)
}

// The same verdicts give the same page, and one that is wrong for azmistral is said.
func TestWritePage(t *testing.T) {
	runs := selection{}.runs()
	verdicts := make([]verdict, len(runs))
	for i := range verdicts {
		verdicts[i] = verdict{right, "answer"}
	}
	write := func() string {
		var b bytes.Buffer
		require.NoError(t, writePage(&b, runs, verdicts))
		return b.String()
	}
	all := write()
	assert.Equal(t, all, write())
	assert.Contains(t, all, "azmistral is right in every run.")
	assert.Contains(t, all, "| no-finish | streamed | "+named("no-finish").Does+" | right: answer | right: answer | right: answer | right: answer |")
	assert.Contains(t, all, fmt.Sprintf("| runs |%s", strings.Repeat(fmt.Sprintf(" %d |", len(runs)/len(clients)), len(clients))))

	verdicts[0] = verdict{silent, `"a|b" <c>`}
	some := write()
	assert.Contains(t, some, "- "+runs[0].Scenario+", unary, HTTP/1.1: SILENT: \"a\\|b\" &lt;c&gt;\n")
	assert.Contains(t, some, `| HTTP/1.1 SILENT: "a\|b" &lt;c&gt;<br>HTTP/2 right: answer | right: answer |`)
	assert.NotContains(t, some, "right in every run")
}
