package azmistral

import "encoding/json"

// Role says whose turn a message is.
type Role string

const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Message is one turn of a conversation, the same type in requests and in
// responses.
type Message struct {
	Role       Role
	Content    Content    // nil is null on the wire
	ToolCalls  []ToolCall // assistant only
	ToolCallID string     // tool only: the call that this is the result of
	Name       string     // tool only: the function's name
	Prefix     bool       // assistant, last message only: the answer continues this text
}

// Content is the content of a message. On the wire nil is null, exactly one
// *TextPart is a string (the empty string too), anything else is an array.
type Content []Part

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
	MediaType string // of Data, such as "image/png"
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
	Format string // such as "mp3" or "wav"
}

// FilePart is a file that was uploaded to the service before.
type FilePart struct{ FileID string }

// ThinkingPart is the reasoning of a model. Send it back as it came, in its
// place before the answer's text.
type ThinkingPart struct {
	Text      string
	Signature string
	Closed    *bool
}

// ReferencePart names the sources of the text before it.
type ReferencePart struct {
	IDs []string
}

// UnknownPart is a part of a type that this version does not know. It is
// encoded as exactly Raw.
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

// Tool is something that the model may call.
type Tool struct {
	Name        string // letters, digits, '_' and '-', at most 64
	Description string
	Parameters  any  // marshals to a JSON Schema of an object; nil: no arguments
	Strict      bool // the arguments must match the schema exactly

	// Raw is a whole tool object of another type than "function", sent as it is;
	// the other fields are then ignored.
	Raw json.RawMessage
}

// ToolCall is the model's wish to have a tool run.
type ToolCall struct {
	ID        string
	Name      string
	Arguments string // JSON text as the model wrote it: may be empty or invalid
	Index     int    // among the calls of one message
}

// ToolChoice says whether the model must call a tool. The zero value is not
// sent, which the service takes as auto.
type ToolChoice struct {
	mode string
	name string
}

// ResponseFormat says what form the answer's text has. The zero value is not
// sent, which the service takes as plain text.
type ResponseFormat struct {
	kind   string
	schema JSONSchema
}

// JSONSchema is the schema of an answer.
type JSONSchema struct {
	Name        string // letters, digits, '_' and '-', at most 64
	Description string
	Schema      any // marshals to a JSON Schema
	Strict      bool
}
