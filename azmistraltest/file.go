package azmistraltest

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// File is a part of a message that is no text: a picture, a document, a recording.
type File struct {
	Part      string // the part's type: "image_url", "document_url", "file", "input_audio"
	Name      string // of a document; the id of an uploaded file
	URL       string // where it is to be fetched, which the sandbox does not; "" for data
	MediaType string // that the data URL tells; of audio the format; "" where nothing does
	Bytes     int    // of the data; -1 where it cannot be decoded

	// Width and Height are in pixels, read from the head of PNG, JPEG, GIF and WebP.
	// 0: not an image of these.
	Width, Height int
}

// String describes the file as the sandbox's answers do.
func (f File) String() string {
	what := map[string]string{"image_url": "picture", "document_url": "document", "input_audio": "recording"}[f.Part]
	if what == "" {
		what = "file"
	}
	if f.Name != "" {
		what += fmt.Sprintf(" %q", f.Name)
	}
	if f.URL != "" {
		return what + " at " + f.URL
	}
	if f.Part == "file" {
		return what
	}
	facts := []string{f.MediaType}
	if f.MediaType == "" {
		facts[0] = "of unknown type"
	}
	if f.Width > 0 {
		facts = append(facts, fmt.Sprintf("%d by %d pixels", f.Width, f.Height))
	}
	if f.Bytes >= 0 {
		facts = append(facts, fmt.Sprintf("%d bytes", f.Bytes))
	}
	return what + ": " + strings.Join(facts, ", ")
}

// fileOf reads a part; ok is false for text, thinking and references.
func fileOf(part *node) (f File, ok bool) {
	f.Part = part.get("type").str()
	switch f.Part {
	case "image_url", "document_url":
		from := part.get(f.Part)
		if from.is(kindObject) {
			from = from.get("url")
		}
		f.Name = part.get("document_name").str()
		f.load(from.str())
	case "file":
		f.Name = part.get("file_id").str()
	case "input_audio":
		audio := part.get("input_audio")
		if !audio.is(kindObject) {
			f.loadAudio(audio.str())
			break
		}
		f.loadAudio(audio.get("data").str())
		if f.MediaType == "" {
			f.MediaType = audio.get("format").str()
		}
	default:
		return File{}, false
	}
	return f, true
}

// load reads a URL. Any text that is no data URL is one to fetch.
func (f *File) load(from string) {
	data, isData := cutScheme(from)
	if !isData {
		f.URL = from
		return
	}
	head, body, comma := strings.Cut(data, ",")
	if !comma {
		f.Bytes = -1
		return
	}
	head, encoded := strings.CutSuffix(head, ";base64")
	f.MediaType = head
	if encoded {
		f.decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(body)))
		return
	}
	text, err := url.PathUnescape(body)
	if err != nil {
		f.Bytes = -1
		return
	}
	f.decode(strings.NewReader(text))
}

// loadAudio reads what a recording is given as: bare base64, besides URLs.
func (f *File) loadAudio(from string) {
	if _, isData := cutScheme(from); isData || strings.Contains(from, "://") {
		f.load(from)
		return
	}
	f.decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(from)))
}

func cutScheme(from string) (data string, ok bool) {
	if len(from) < 5 || !strings.EqualFold(from[:5], "data:") {
		return "", false
	}
	return from[5:], true
}

// headBytes is how much of an image is looked at for its size. What stands before
// it in a JPEG, such as a preview, can be 64 KiB a piece.
const headBytes = 1 << 20

// decode counts the bytes, and looks for a size at their head.
func (f *File) decode(from io.Reader) {
	head, err := io.ReadAll(io.LimitReader(from, headBytes))
	rest := int64(0)
	if err == nil {
		rest, err = io.Copy(io.Discard, from)
	}
	if err != nil {
		f.Bytes = -1
		return
	}
	f.Bytes = len(head) + int(rest)
	if f.Part == "image_url" {
		f.Width, f.Height = sizeOfImage(head)
	}
}
