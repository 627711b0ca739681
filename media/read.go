package media

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// uncheckedMost bounds what is read with the checks off, in bytes: twice what any
// page of the service allows, so that a reader without an end is an error before it
// is the end of the memory.
const uncheckedMost = 100 << 20

// given is what a part is made of.
type given struct {
	kind      *kind
	source    string // for errors
	name      string // of the file; "": none
	mediaType string // what the caller or a data: URL says; "": nothing
	saidByURL bool   // the data: URL said it
	unchecked bool
}

// give is given for a part without a file.
func (k *kind) give(mediaType string, unchecked bool) given {
	return given{kind: k, source: k.name, mediaType: mediaType, unchecked: unchecked}
}

// file opens and reads a file.
func (g *given) file(fsys fs.FS, name string) ([]byte, error) {
	g.source, g.name = fmt.Sprintf("%s %q", g.kind.name, name), name
	f, err := fsys.Open(name)
	if err != nil {
		return nil, g.failed(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, g.failed(err)
	case info.IsDir():
		return nil, &Error{Source: g.source, Message: "it is a folder, not a file"}
	case info.Size() > int64(g.most()):
		return nil, g.tooLarge(info.Size())
	}
	return g.read(f, int(max(info.Size(), 0))) // a file system that does not know it may say less than nothing
}

// read reads to the end, or to one byte more than may be. About length bytes are
// expected.
func (g *given) read(r io.Reader, length int) ([]byte, error) {
	var data bytes.Buffer
	data.Grow(length + bytes.MinRead) // with less, it would grow to see the end
	if _, err := data.ReadFrom(io.LimitReader(r, int64(g.most())+1)); err != nil {
		return nil, g.failed(err)
	}
	if data.Len() > g.most() {
		return nil, g.tooLarge(-1)
	}
	return data.Bytes(), nil
}

// most is how many bytes are read.
func (g *given) most() int {
	if g.unchecked {
		return uncheckedMost
	}
	return g.kind.most
}

// tooLarge says that there are more bytes than may be. -1: it is not known how many.
func (g *given) tooLarge(length int64) error {
	what := fmt.Sprintf("it is %s", megabytes(length))
	if length < 0 {
		what = fmt.Sprintf("it goes on after %s", megabytes(int64(g.most())))
	}
	if g.unchecked {
		return broken(g.source, ErrTooLarge, "%s, and no more than %s are read, Unchecked or not: is it the right one?", what, megabytes(uncheckedMost))
	}
	do := "scale it down (more than 1540 pixels a side are of no use to the model)"
	if g.kind == documents {
		do = "split it"
	}
	return advice(g.source, ErrTooLarge, "%s, and the service takes %s: %s", what, megabytes(int64(g.kind.most)), do)
}

func megabytes(n int64) string {
	tenths := (n*10 + 1<<20 - 1) >> 20 // rounded up: what is over a limit reads so
	return strings.TrimSuffix(fmt.Sprintf("%d.%d", tenths/10, tenths%10), ".0") + " MB"
}

func (g *given) failed(err error) error {
	message := "it cannot be read"
	if errors.Is(err, fs.ErrInvalid) {
		message = "it cannot be read (names in an fs.FS have slashes, and none in front)"
	}
	return &Error{Source: g.source, Message: message, Err: err}
}
