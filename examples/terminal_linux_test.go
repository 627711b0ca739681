package examples_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// terminal is a pseudo terminal with a program on its other side.
type terminal struct {
	t       *testing.T
	file    *os.File
	command *exec.Cmd

	mu     sync.Mutex
	screen bytes.Buffer
}

// onTerminal starts a program whose input and output are a terminal of its own, so
// that Ctrl-C reaches it.
func onTerminal(t *testing.T, command *exec.Cmd) *terminal {
	file, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	var unlocked, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlocked, syscall.TIOCGPTN: &number} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), request, uintptr(unsafe.Pointer(value)))
		require.Zero(t, errno)
	}
	other, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	command.Stdin, command.Stdout, command.Stderr = other, other, other
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	require.NoError(t, command.Start())
	require.NoError(t, other.Close())
	term := &terminal{t: t, file: file, command: command}
	go term.read()
	return term
}

func (term *terminal) read() {
	buffer := make([]byte, 4096)
	for {
		n, err := term.file.Read(buffer)
		term.mu.Lock()
		term.screen.Write(buffer[:n])
		term.mu.Unlock()
		if err != nil {
			return // the program has left
		}
	}
}

func (term *terminal) enter(text string) {
	_, err := term.file.WriteString(text)
	require.NoError(term.t, err)
}

// await waits until the screen holds text behind what was awaited before, and
// takes it all off.
func (term *terminal) await(text string) string {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		term.mu.Lock()
		i := bytes.Index(term.screen.Bytes(), []byte(text))
		if i >= 0 {
			defer term.mu.Unlock()
			return string(term.screen.Next(i + len(text)))
		}
		screen := term.screen.String()
		term.mu.Unlock()
		require.True(term.t, time.Now().Before(deadline), "%q does not come; the screen shows %q", text, screen)
	}
}

const (
	prompt = "\n> "
	ctrlC  = "\x03"
	ctrlD  = "\x04"
)

func TestConversation(t *testing.T) {
	term := onTerminal(t, start(t, nil, "chat", "-reasoning", "high"))
	term.await(prompt)
	term.enter("[[sandbox: say text=one]]\n")
	term.await("one\r\n[finish reason stop")
	term.await(prompt)
	term.enter("\n") // nothing was asked
	term.await(prompt)
	term.enter("[[sandbox: cut after=4]]\n")
	term.await("azmistral: the stream ended")
	term.await(prompt)
	// The sandbox thinks aloud about the number of messages: the failed question and
	// its answer are not among them.
	term.enter("And now?\n")
	answer := term.await("[finish reason stop")
	dimmed := regexp.MustCompile(`(?s)\x1b\[2m(.*?)\x1b\[0m`).ReplaceAllString(answer, "$1")
	assert.Contains(t, dimmed, "3 message(s)")
	assert.NotContains(t, dimmed, "\x1b", "the thinking is dimmed piece by piece, the answer is not")
	assert.NotEqual(t, dimmed, answer)
	term.await(prompt)
	term.enter(ctrlD)
	assert.NoError(t, term.command.Wait())
}

func TestNoColor(t *testing.T) {
	term := onTerminal(t, start(t, []string{"NO_COLOR=1"}, "chat", "-reasoning", "high", "Why?"))
	assert.NotContains(t, term.await("[finish reason stop"), "\x1b[")
	assert.NoError(t, term.command.Wait())
}

func TestInterrupt(t *testing.T) {
	t.Run("an answer, then the program", func(t *testing.T) {
		term := onTerminal(t, start(t, nil, "chat"))
		term.await(prompt)
		term.enter("[[sandbox: stall after=4]]\n")
		term.await("There is") // what has come
		term.enter(ctrlC)
		term.await("context canceled")
		term.await(prompt)
		term.enter(ctrlC)
		assert.ErrorContains(t, term.command.Wait(), "interrupt")
	})
	t.Run("one question", func(t *testing.T) {
		term := onTerminal(t, start(t, nil, "chat", "[[sandbox: stall after=4]]"))
		term.await("There is")
		term.enter(ctrlC)
		term.await("context canceled")
		assert.Equal(t, 1, exitCode(term.command.Wait()))
	})
}

func exitCode(err error) int {
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	return 0
}
