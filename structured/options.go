package structured

import "github.com/azmistral/azmistral"

// Options says how a value is asked for. nil means every default. It is only read,
// and may be used by several calls at once.
type Options struct {
	// Name tells the model what the value is: letters, digits, '_' and '-', at most
	// 64. Empty means the name of T, or "answer" where T has none. In ModeTool it is
	// the name of the function.
	Name string

	// Description tells the model more about it. Empty is not sent.
	Description string

	// Schema is a JSON Schema in place of T's own: JSON text as json.RawMessage or
	// []byte, or a value that marshals to a schema. It is sent as it is, but wrapped
	// where something else than an object may fit it, and the answer must fit it as
	// well as T.
	Schema any

	// Mode is by which means the value is asked for. The zero value is ModeAuto.
	Mode Mode

	// Strict has the service hold the model to the schema. nil means where that can
	// be: in ModeJSONSchema, with a schema whose objects are closed (a map's and any's
	// are not); elsewhere the schema is advice. True is an error, before anything is
	// sent, where it cannot be. Fields that may be missing are then asked for as
	// nullable. In ModeTool it needs true, because older models refuse the word.
	Strict *bool

	// Repairs is how many further turns a call may make after answers that are no
	// value: each shows the model its answer and what is wrong with it, costs a call
	// with the whole conversation, and takes its time within the same context. 0 is
	// none. An answer that was cut for its length or by the content filter, and the
	// call of one of the request's tools, are not repaired. Stream takes 0 only.
	Repairs int

	// Chat is passed on to the client, for each turn.
	Chat *azmistral.ChatOptions
}

// orDefault gives the zero Options for nil.
func (o *Options) orDefault() Options {
	if o == nil {
		return Options{}
	}
	return *o
}
