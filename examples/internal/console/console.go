// Package console is what the examples know of a terminal.
package console

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/azmistral/azmistral"
)

// Question gives the program's arguments, or what comes on standard input. It is
// empty where standard input is a terminal; where there is none in a pipe, the
// program ends with code 2.
func Question() string {
	question := strings.TrimSpace(strings.Join(flag.Args(), " "))
	if question != "" || IsTerminal(os.Stdin) {
		return question
	}
	text, err := io.ReadAll(os.Stdin)
	ExitOn(err)
	if question = strings.TrimSpace(string(text)); question == "" {
		fmt.Fprintln(os.Stderr, "there is no question: give one as argument or on standard input")
		os.Exit(2)
	}
	return question
}

// Interruptible gives a context that the first Ctrl-C ends. The second one ends
// the program, as does one after the call of stop.
func Interruptible() (ctx context.Context, stop context.CancelFunc) {
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// IsTerminal says whether f is a terminal: a character device other than
// os.DevNull, as far as the standard library can tell.
func IsTerminal(f *os.File) bool {
	info, err := f.Stat()
	null, _ := os.Stat(os.DevNull)
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && !os.SameFile(info, null)
}

// Note writes one line about the answer to standard error, where it does not mix
// with the answer in a pipe.
func Note(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "["+format+"]\n", values...)
}

// Tokens says what an answer cost. Of a stream the OpenAI routes tell it only where
// the request asks for it.
func Tokens(u azmistral.Usage) string {
	if u.TotalTokens == 0 {
		return "tokens: not told"
	}
	return fmt.Sprintf("tokens: %d asked, %d answered", u.PromptTokens, u.CompletionTokens)
}

// Aside writes text that is not the answer to standard error: dimmed on a
// terminal, unless NO_COLOR is set.
func Aside(text string) {
	if text != "" && IsTerminal(os.Stderr) && os.Getenv("NO_COLOR") == "" {
		text = "\x1b[2m" + text + "\x1b[0m"
	}
	fmt.Fprint(os.Stderr, text)
}

// ExitOn ends the program where there is an error, which is one line.
func ExitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
