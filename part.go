package azmistral

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// Part is a piece of a message's content: a *TextPart, *ImagePart,
// *DocumentPart, *AudioPart, *FilePart, *ThinkingPart, *ReferencePart or
// *UnknownPart. Only pointers are parts, so a type switch needs one case each.
type Part interface{ isPart() }

// TextPart is plain text.
type TextPart struct{ Text string }

// ImagePart is a picture, by URL or by its bytes.
type ImagePart struct {
	URL       string // https, or a data: URL; used when Data is nil
	Data      []byte // travels as a data: URL; not copied, and not to be changed during the call
	MediaType string // of Data, such as "image/png"; empty: told from the bytes, as net/http does
	Detail    string // "low", "auto", "high"; empty is not sent
}

// DocumentPart is a document such as a PDF, by URL or by its bytes.
type DocumentPart struct {
	URL       string // used when Data is nil
	Data      []byte // as in ImagePart
	MediaType string // of Data; empty means "application/pdf"
	Name      string
}

// AudioPart is a recording, by URL or by its bytes.
type AudioPart struct {
	URL    string // https or a data: URL; used when Data is nil
	Data   []byte // as in ImagePart
	Format string // of Data, such as "mp3" or "wav"; only Mistral's own routes do without it
}

// FilePart is a file that was uploaded to the service before.
type FilePart struct{ FileID string }

// ThinkingPart is the reasoning of a model. Send it back as it came, in its
// place before the answer's text.
//
// Some backends send reasoning in a field of its own beside the content
// (reasoning_content). That is a leading ThinkingPart too, but it is not sent
// back: such services, Mistral's included, refuse it in a request.
type ThinkingPart struct {
	Text      string
	Signature string
	Closed    *bool

	// What Text cannot hold, so that the part goes back as it came.
	nested []nestedPart // of the list: what is not text, and where one text ends and the next begins
	plain  bool         // it came as a string, as self-hosted templates have it
	aside  bool         // it came in a field of its own beside the content
}

// nestedPart is a part that is not text within a thinking part's list, or the
// border between two texts.
type nestedPart struct {
	at  int             // bytes of Text before it
	raw json.RawMessage // exactly as it came; nil for a border
}

// ReferencePart names the sources of the text before it. An ID that is a whole
// number travels as a number, any other as a string, unless it came otherwise.
type ReferencePart struct {
	IDs []string

	swapped []bool // by place in IDs: it came in the other form than its text says
}

// UnknownPart is a part of a type that this version does not know, or of a form
// that it cannot read. It is encoded as exactly Raw.
type UnknownPart struct {
	Type string
	Raw  json.RawMessage
}

func (*TextPart) isPart()      {}
func (*ImagePart) isPart()     {}
func (*DocumentPart) isPart()  {}
func (*AudioPart) isPart()     {}
func (*FilePart) isPart()      {}
func (*ThinkingPart) isPart()  {}
func (*ReferencePart) isPart() {}
func (*UnknownPart) isPart()   {}

// isNilPart says whether part is nil, or a nil pointer of a part's type. Inlined, it
// would be 400 bytes in each of its callers.
//
//go:noinline
func isNilPart(part Part) bool {
	switch p := part.(type) {
	case nil:
		return true
	case *TextPart:
		return p == nil
	case *ImagePart:
		return p == nil
	case *DocumentPart:
		return p == nil
	case *AudioPart:
		return p == nil
	case *FilePart:
		return p == nil
	case *ThinkingPart:
		return p == nil
	case *ReferencePart:
		return p == nil
	case *UnknownPart:
		return p == nil
	}
	return false
}

// clonePart copies a part with everything in it. A nil one stays nil.
func clonePart(part Part) Part {
	if isNilPart(part) {
		return nil
	}
	switch p := part.(type) {
	case *TextPart:
		return new(*p)
	case *ImagePart:
		c := *p
		c.Data = cloneBytes(p.Data)
		return &c
	case *DocumentPart:
		c := *p
		c.Data = cloneBytes(p.Data)
		return &c
	case *AudioPart:
		c := *p
		c.Data = cloneBytes(p.Data)
		return &c
	case *FilePart:
		return new(*p)
	case *ThinkingPart:
		c := *p
		if p.Closed != nil {
			c.Closed = new(*p.Closed)
		}
		c.nested = slices.Clone(p.nested) // what is in raw is never written
		return &c
	case *ReferencePart:
		return &ReferencePart{IDs: slices.Clone(p.IDs), swapped: slices.Clone(p.swapped)}
	case *UnknownPart:
		return &UnknownPart{Type: p.Type, Raw: cloneBytes(p.Raw)}
	}
	return part
}

// cloneBytes is not inlined: clonePart would be twice what it is.
//
//go:noinline
func cloneBytes(data []byte) []byte { return slices.Clone(data) }

// splitDataURL takes a data: URL apart, if putting it together again gives the
// same text.
func splitDataURL(url string) (mediaType string, data []byte, ok bool) {
	rest, ok := strings.CutPrefix(url, "data:")
	if !ok {
		return "", nil, false
	}
	mediaType, payload, ok := strings.Cut(rest, ";base64,")
	if !ok || mediaType == "" {
		return "", nil, false
	}
	data, ok = decodeBase64(payload)
	return mediaType, data, ok
}

// decodeBase64 reads base64 of at least one byte that encodes to the same text
// again.
func decodeBase64(text string) ([]byte, bool) {
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	// The decoder skips line breaks: the length tells.
	if err != nil || len(data) == 0 || base64.StdEncoding.EncodedLen(len(data)) != len(text) {
		return nil, false
	}
	return data, true
}
