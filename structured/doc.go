/*
Package structured gets Go values out of a model's answers, instead of text.

	type Invoice struct {
		Number string  `json:"number"`
		Total  float64 `json:"total" jsonschema:"with tax, in euros"`
		Lines  []Line  `json:"lines"`
	}

	invoice, resp, err := structured.Chat[Invoice](ctx, client, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Read this invoice.", picture)},
	}, nil)

[Chat] makes a JSON Schema from the type, asks for an answer that fits it, and gives
the value only if the answer does. Otherwise it gives an [*OutputError], which names
the place and the rule, and holds the answer, for it was paid for. [Stream] gives the
value as it grows. [Schema] and [Decode] are the two halves, for those who make the
call themselves.

# Types

A type may be a struct, a map, a slice, a scalar, a string with an enum, time.Time, a
pointer to one of them, any. Field names, "-", embedding and omitempty are those of
encoding/json. A field that is a pointer, or has omitempty or omitzero, may be missing
or null. The tag jsonschema is a field's description for the model; the tags enum,
minimum, maximum, minLength, maxLength, minItems, maxItems, pattern and format are
rules that the answer must keep. A named type says its values with a method Enum() []T,
or its whole schema with a method JSONSchema() json.RawMessage. A type that holds itself
is an error, before anything is sent, which names the path.

Services take an object only. What is none is asked for as {"value": …} and taken out of
it again; you see your type alone.

[Options].Schema is a schema of your own in place of the type's: the type is then
whatever encoding/json can read such an answer into, any too.

# Modes

A service that takes json_schema holds the model to the schema while it writes. Others
are made to call a function whose arguments have the schema ([ModeTool]), or are given
the schema in a system message ([ModeJSONObject]). [ModeAuto] knows which route takes
what, by a table: it asks the client for its Endpoint() azmistral.Endpoint, and takes
json_schema where the client has no such method. [Stream] takes a system message where
that would be a call, since such routes send a call in one piece. The answer is checked
here in each mode.

# What can go wrong

A client's own errors come as they are. An [*OutputError] says that an answer came which
is no value: it breaks a rule of the schema, is no JSON, is a call of one of the
request's tools, was cut for its length ([ErrLength]) or by the content filter
(azmistral.ErrContentFiltered). With [Options].Repairs the model is shown what is wrong,
and asked again, at the price of another call each time.
*/
package structured
