package azmistraltest

import (
	"net/http"
	"strings"
	"sync"

	"github.com/azmistral/azmistral"
)

// Request is one request as it came: raw, and decoded as far as it could be read.
// Its values belong to the caller.
type Request struct {
	Route  azmistral.Route // the place that was asked; on loopback a bare base is RouteServerlessV1
	Method string
	Host   string
	Path   string
	Query  string      // without the question mark
	Header http.Header // credentials included: they are the sandbox's own
	Body   []byte

	// Status is what was answered. 0: not yet.
	Status int

	// What a chat body says. Zero where the body is none.
	Model          string // of the path on deployments, else of the body
	Messages       []Message
	Stream         bool
	Tools          []Tool
	ToolChoice     string // a word, or the name of a function
	MaxTokens      int
	ResponseFormat string          // "text", "json_object", "json_schema"
	Fields         map[string]bool // every top-level field that the body has

	place place
	body  *node
	seed  seed
	read  *reading // while it is answered
}

// reading is what has been made out of a request so far, so that nothing is read
// twice, and what more of that may cost.
type reading struct {
	effort   effort
	wanted   func() *wanted
	question func() string
	hints    func() hints
	results  func() []ToolCall
	value    func() string     // that fits what is wanted
	calls    func() []ToolCall // without ids
}

// begin readies a request for its answer.
func (r *Request) begin() {
	r.read = &reading{
		effort:   effort{left: maxEffort},
		wanted:   sync.OnceValue(func() *wanted { return wantedOf(r) }),
		question: sync.OnceValue(func() string { return questionOf(r) }),
		hints:    sync.OnceValue(func() hints { return *hintsOf(r.read.question(), &r.read.effort) }),
		results:  sync.OnceValue(func() []ToolCall { return resultsOf(r) }),
		value:    sync.OnceValue(func() string { return valueFor(r) }),
		calls:    sync.OnceValue(func() []ToolCall { return callsFor(r) }),
	}
}

// Message is one message of a request.
type Message struct {
	Role       string
	Text       string // text parts joined
	Thinking   string
	Parts      []string // the type of each part, where the content is an array
	Files      []File   // the parts that are pictures, documents, recordings
	ToolCalls  []ToolCall
	ToolCallID string
	Prefix     bool
}

// Tool is one tool of a request.
type Tool struct {
	Type        string
	Name        string
	Description string
	Parameters  string // JSON text; "" where there are none

	schema *node
}

// ToolCall is one call of a tool, in requests and in replies.
type ToolCall struct {
	ID        string // nine letters or digits; in a reply "" means that the sandbox makes one
	Name      string
	Arguments string // JSON text, sent as it is; in a reply "" is sent as "{}"
}

// Last gives the last message, or a zero one.
func (r Request) Last() Message {
	if len(r.Messages) == 0 {
		return Message{}
	}
	return r.Messages[len(r.Messages)-1]
}

// decode fills the fields that a chat body says. It takes whatever is there:
// check.go refuses what should not be.
func (r *Request) decode() {
	r.Model = r.body.get("model").str()
	if r.place.deployment != "" {
		r.Model = r.place.deployment
	}
	r.Stream = r.body.get("stream").yes()
	r.MaxTokens = r.body.get("max_tokens").integer(0)
	r.Messages = decodeMessages(r.body)
	r.Tools = decodeTools(r.body)
	r.ToolChoice = r.body.get("tool_choice").str()
	if name := r.body.get("tool_choice").get("function").get("name"); name != nil {
		r.ToolChoice = name.str()
	}
	r.ResponseFormat = r.body.get("response_format").get("type").str()
	r.Fields = map[string]bool{}
	if r.body != nil {
		for _, m := range r.body.members {
			r.Fields[m.name] = true
		}
	}
}

func decodeMessages(body *node) []Message {
	var messages []Message
	for _, m := range body.get("messages").list() {
		message := Message{
			Role:       m.get("role").str(),
			ToolCallID: m.get("tool_call_id").str(),
			Prefix:     m.get("prefix").yes(),
		}
		message.Text, message.Thinking, message.Parts = decodeContent(m.get("content"))
		for _, part := range m.get("content").list() {
			if file, ok := fileOf(part); ok {
				message.Files = append(message.Files, file)
			}
		}
		for _, call := range m.get("tool_calls").list() {
			message.ToolCalls = append(message.ToolCalls, decodeCall(call))
		}
		messages = append(messages, message)
	}
	return messages
}

func decodeContent(content *node) (text, thinking string, parts []string) {
	if content.is(kindString) {
		return content.text, "", nil
	}
	var t, th strings.Builder
	for _, part := range content.list() {
		kind := part.get("type").str()
		parts = append(parts, kind)
		switch kind {
		case "text":
			t.WriteString(part.get("text").str())
		case "thinking":
			th.WriteString(part.get("thinking").str())
			for _, inner := range part.get("thinking").list() {
				th.WriteString(inner.get("text").str())
			}
		}
	}
	return t.String(), th.String(), parts
}

func decodeCall(call *node) ToolCall {
	function := call.get("function")
	arguments := function.get("arguments").str()
	if function.get("arguments").is(kindObject) {
		arguments = string(function.get("arguments").appendCompact(nil))
	}
	return ToolCall{ID: call.get("id").str(), Name: function.get("name").str(), Arguments: arguments}
}

func decodeTools(body *node) []Tool {
	var tools []Tool
	for _, t := range body.get("tools").list() {
		function := t.get("function")
		tool := Tool{
			Type:        t.get("type").str(),
			Name:        function.get("name").str(),
			Description: function.get("description").str(),
			schema:      function.get("parameters"),
		}
		if tool.Type == "" {
			tool.Type = "function"
		}
		if tool.schema.is(kindObject) {
			tool.Parameters = string(tool.schema.appendCompact(nil))
		}
		tools = append(tools, tool)
	}
	return tools
}

// clone gives a copy that shares nothing that its reader could change.
func (r *Request) clone() Request {
	c := *r
	c.read = nil
	c.Header = r.Header.Clone()
	c.Body = append([]byte(nil), r.Body...)
	c.Messages = append([]Message(nil), r.Messages...)
	for i := range c.Messages {
		c.Messages[i].Parts = append([]string(nil), c.Messages[i].Parts...)
		c.Messages[i].Files = append([]File(nil), c.Messages[i].Files...)
		c.Messages[i].ToolCalls = append([]ToolCall(nil), c.Messages[i].ToolCalls...)
	}
	c.Tools = append([]Tool(nil), r.Tools...)
	if r.Fields != nil {
		c.Fields = make(map[string]bool, len(r.Fields))
		for name := range r.Fields {
			c.Fields[name] = true
		}
	}
	return c
}
