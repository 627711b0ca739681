package azmistraltest

import (
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// checkFields lists every field that the route's schema does not have, or not like
// that, in one 422.
func checkFields(r *Request) *refusal {
	c := &fieldCheck{names: r.place.service.names, route: r.place.service}
	c.body(r.body)
	if c.early != nil {
		return c.early
	}
	if len(c.details) == 0 {
		return nil
	}
	return &refusal{status: http.StatusUnprocessableEntity, details: c.details, fromModel: true}
}

// fieldCheck walks a body. Its methods take the place of a value as loc.
type fieldCheck struct {
	names   names
	route   *service
	details []detail
	early   *refusal // what is refused in another form than a 422
}

func (c *fieldCheck) add(kind, message string, input *node, loc []any) {
	c.details = append(c.details, detail{kind: kind, loc: slices.Clone(loc), message: message, input: input})
}

func (c *fieldCheck) missing(loc []any) {
	c.add("missing", "Field required", nil, loc)
}

func (c *fieldCheck) extra(n *node, loc []any) {
	c.add("extra_forbidden", "Extra inputs are not permitted", n, loc)
}

// at makes the place of something inside loc.
func at(loc []any, step any) []any { return append(slices.Clip(loc), step) }

func (c *fieldCheck) body(body *node) {
	root := []any{"body"}
	if !body.is(kindObject) {
		c.add("model_attributes_type", "Input should be a valid dictionary or object to extract fields from", body, root)
		return
	}
	for _, m := range body.members {
		c.field(m.name, m.value, at(root, m.name))
	}
	if body.get("messages") == nil {
		c.missing(at(root, "messages"))
	}
}

// nullable are the fields where null means absent. In Mistral's schema others
// refuse it; the OpenAI forms take null for each.
var nullable = []string{
	"temperature", "top_p", "max_tokens", "stop", "random_seed", "seed", "metadata", "tools", "n",
	"presence_penalty", "frequency_penalty", "reasoning_effort", "prompt_mode", "guardrails",
	"prompt_cache_key", "service_tier", "tool_choice", "response_format", "logprobs", "top_logprobs",
	"parallel_tool_calls", "stream", "stream_options", "user", "model", "prediction",
}

// field checks one top-level field by its name.
func (c *fieldCheck) field(name string, n *node, loc []any) {
	if !c.known(name) {
		c.extra(n, loc)
		return
	}
	if n.isNull() && slices.Contains(nullable, name) {
		return
	}
	switch name {
	case "model", "prompt_cache_key", "user":
		c.text(n, loc)
	case "messages":
		c.messages(n, loc)
	case "temperature":
		high := 1.5
		if c.names == namesOpenAI {
			high = 2
		}
		c.between(n, 0, high, false, loc)
	case "top_p":
		c.between(n, 0, 1, true, loc)
	case "presence_penalty", "frequency_penalty":
		c.between(n, -2, 2, false, loc)
	case "max_tokens", "random_seed":
		c.integer(n, 0, loc)
	case "seed":
		c.integer(n, math.MinInt64, loc)
	case "n", "document_image_limit", "document_page_limit":
		c.integer(n, 1, loc)
	case "top_logprobs":
		c.integer(n, 0, loc)
	case "stream", "safe_prompt", "parallel_tool_calls", "logprobs":
		c.boolean(n, loc)
	case "stop":
		c.stop(n, loc)
	case "metadata":
		c.object(n, loc)
	case "stream_options":
		c.members(n, loc, "include_usage", "include_obfuscation")
	case "response_format":
		c.responseFormat(n, loc)
	case "tools":
		c.tools(n, loc)
	case "tool_choice":
		c.toolChoice(n, loc)
	case "prediction":
		c.prediction(n, loc)
	case "reasoning_effort":
		c.word(n, loc, "none", "minimal", "low", "medium", "high", "xhigh")
	case "prompt_mode":
		c.word(n, loc, "reasoning")
	case "service_tier":
		c.word(n, loc, "auto", "standard_only")
	case "guardrails":
		c.array(n, loc)
	}
}

// mistralFields are those of Mistral's own schema.
var mistralFields = []string{
	"model", "messages", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "metadata",
	"response_format", "tools", "tool_choice", "presence_penalty", "frequency_penalty", "n", "prediction",
	"parallel_tool_calls", "reasoning_effort", "prompt_mode", "guardrails", "prompt_cache_key", "service_tier",
	"safe_prompt", "logprobs", "document_image_limit", "document_page_limit",
}

// known says which fields a route has. On /v1 stream_options is taken as well:
// OpenAI clients send it there on every stream. max_completion_tokens is refused
// on each, as reported of Mistral deployments.
func (c *fieldCheck) known(name string) bool {
	switch c.names {
	case namesOpenAI:
		switch name {
		case "random_seed", "document_image_limit", "document_page_limit":
			return false
		case "seed", "stream_options", "user", "top_logprobs":
			return true
		}
	case namesInference:
		if name == "seed" {
			return true
		}
	case namesMistral:
		if name == "stream_options" {
			return c.route.errors != errorsManaged
		}
	}
	return slices.Contains(mistralFields, name)
}

func (c *fieldCheck) text(n *node, loc []any) bool {
	if !n.is(kindString) {
		c.add("string_type", "Input should be a valid string", n, loc)
		return false
	}
	return true
}

func (c *fieldCheck) boolean(n *node, loc []any) {
	if !n.is(kindBool) {
		c.add("bool_type", "Input should be a valid boolean", n, loc)
	}
}

func (c *fieldCheck) integer(n *node, low float64, loc []any) {
	if !whole(n) {
		c.add("int_type", "Input should be a valid integer", n, loc)
		return
	}
	c.between(n, low, math.MaxInt64, false, loc)
}

func (c *fieldCheck) between(n *node, low, high float64, lowOpen bool, loc []any) {
	if kind, message, ctx := inRange(n, low, high, lowOpen); kind != "" {
		c.add(kind, message, n, loc)
		c.details[len(c.details)-1].ctx = ctx
	}
}

func (c *fieldCheck) array(n *node, loc []any) bool {
	if !n.is(kindArray) {
		c.add("list_type", "Input should be a valid list", n, loc)
		return false
	}
	return true
}

func (c *fieldCheck) object(n *node, loc []any) bool {
	if !n.is(kindObject) {
		c.add("dict_type", "Input should be a valid dictionary", n, loc)
		return false
	}
	return true
}

// members refuses the members of an object that are not named.
func (c *fieldCheck) members(n *node, loc []any, names ...string) bool {
	if !c.object(n, loc) {
		return false
	}
	for _, m := range n.members {
		if !slices.Contains(names, m.name) {
			c.extra(m.value, at(loc, m.name))
		}
	}
	return true
}

func (c *fieldCheck) word(n *node, loc []any, words ...string) bool {
	if n.is(kindString) && slices.Contains(words, n.text) {
		return true
	}
	list := "'" + strings.Join(words, "', '") + "'"
	if i := strings.LastIndex(list, ", "); i >= 0 {
		list = list[:i] + " or " + list[i+2:]
	}
	c.add("enum", "Input should be "+list, n, loc)
	return false
}

// stop is a string or strings; the inference API has strings only.
func (c *fieldCheck) stop(n *node, loc []any) {
	if n.is(kindString) && c.names != namesInference {
		return
	}
	if !c.array(n, loc) {
		return
	}
	for i, item := range n.items {
		c.text(item, at(loc, i))
	}
}

// otherTools are those that Mistral's service runs itself.
var otherTools = map[string][]string{
	"web_search":         nil,
	"web_search_premium": nil,
	"code_interpreter":   nil,
	"image_generation":   nil,
	"document_library":   {"library_ids"},
	"connector":          {"connector_id", "authorization"},
}

func (c *fieldCheck) tools(n *node, loc []any) {
	if !c.array(n, loc) {
		return
	}
	if len(n.items) > 128 {
		c.add("too_long", "List should have at most 128 items after validation, not "+strconv.Itoa(len(n.items)), nil, loc)
		return
	}
	for i, tool := range n.items {
		c.tool(tool, at(loc, i))
	}
}

func (c *fieldCheck) tool(tool *node, loc []any) {
	if !c.object(tool, loc) {
		return
	}
	kind := tool.get("type").str()
	if more, ok := otherTools[kind]; ok && c.names == namesMistral {
		c.members(tool, loc, append([]string{"type", "tool_configuration"}, more...)...)
		return
	}
	function := tool.get("function")
	if function == nil {
		// Recorded on Foundry: the words of the validation library, not its list.
		if style := c.route.errors; style == errorsModels || style == errorsOpenAI {
			c.early = &refusal{status: http.StatusBadRequest, fromModel: true, body: `{"object":"error","message":` +
				quoted("1 validation error for Tool\nfunction\n  Field required [type=missing, input_value="+string(tool.appendSpaced(nil))+
					", input_type=dict]\n    For further information visit https://errors.pydantic.dev/2.13/v/missing") +
				`,"type":"BadRequest","param":null,"code":400}` + guide}
			return
		}
		c.missing(at(loc, "function"))
		return
	}
	if kind != "function" && kind != "" {
		c.word(tool.get("type"), at(loc, "type"), "function")
		return
	}
	c.members(tool, loc, "type", "function")
	inner := at(loc, "function")
	if !c.members(function, inner, "name", "description", "strict", "parameters") {
		return
	}
	c.need(function, inner, "name")
	parameters := function.get("parameters")
	switch {
	case !parameters.isNull():
		c.object(parameters, at(inner, "parameters"))
	case c.names == namesMistral:
		c.missing(at(inner, "parameters"))
	}
}

// toolChoice: "any" is Mistral's word; the OpenAI forms refuse it in words of their own.
func (c *fieldCheck) toolChoice(n *node, loc []any) {
	if n.is(kindObject) {
		function := n.get("function")
		if function == nil {
			c.missing(at(loc, "function"))
			return
		}
		c.need(function, at(loc, "function"), "name")
		return
	}
	if c.names == namesMistral {
		c.word(n, loc, "auto", "none", "any", "required")
		return
	}
	if value := n.str(); value != "auto" && value != "none" && value != "required" {
		if c.names == namesOpenAI {
			c.early = &refusal{status: http.StatusBadRequest, body: `{"error":{"message":` +
				quoted("Invalid value: '"+value+"'. Supported values are: 'none', 'auto', and 'required'.") +
				`,"type":"invalid_request_error","param":"tool_choice","code":"invalid_value"}}`}
			return
		}
		c.word(n, loc, "auto", "none", "required")
	}
}

func (c *fieldCheck) prediction(n *node, loc []any) {
	if c.members(n, loc, "type", "content") {
		if kind := n.get("type"); kind != nil {
			c.word(kind, at(loc, "type"), "content")
		}
	}
}

var schemaName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func (c *fieldCheck) responseFormat(n *node, loc []any) {
	if !c.members(n, loc, "type", "json_schema") {
		return
	}
	if kind := n.get("type"); kind != nil && !c.word(kind, at(loc, "type"), "text", "json_object", "json_schema") {
		return
	}
	schema, inner := n.get("json_schema"), at(loc, "json_schema")
	if schema.isNull() {
		if n.get("type").str() == "json_schema" {
			c.missing(inner)
		}
		return
	}
	if !c.members(schema, inner, "name", "description", "schema", "strict") {
		return
	}
	c.need(schema, inner, "name")
	if name := schema.get("name"); name.is(kindString) && !schemaName.MatchString(name.text) {
		c.add("string_pattern_mismatch", "String should match pattern '"+schemaName.String()+"'", name, at(inner, "name"))
	}
	if value := schema.get("schema"); value == nil {
		c.missing(at(inner, "schema"))
	} else {
		c.object(value, at(inner, "schema"))
	}
}
