package azmistral

// ResponseFormat says what form the answer's text has. The zero value is not
// sent, which the service takes as plain text.
type ResponseFormat struct {
	kind   string
	schema JSONSchema
}

// FormatJSON asks for a JSON object. Ask for JSON in a message too: without that
// a model may write blanks without end.
func FormatJSON() ResponseFormat { return ResponseFormat{kind: "json_object"} }

// FormatJSONSchema asks for JSON that fits a schema.
func FormatJSONSchema(schema JSONSchema) ResponseFormat {
	return ResponseFormat{kind: "json_schema", schema: schema}
}

// JSONSchema is the schema of an answer.
type JSONSchema struct {
	Name        string // letters, digits, '_' and '-', at most 64; needed
	Description string
	Schema      any  // marshals to a JSON Schema of an object (JSON text: as json.RawMessage); needed
	Strict      bool // the answer must match exactly; objects in the schema then need additionalProperties: false
}
