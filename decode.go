package azmistral

// decoded is one JSON text of an answer: a chunk of a stream, or a whole body
// (read as a chunk whose deltas are the messages).
type decoded struct {
	chunk ChatChunk

	// answered: at least one choice held a message, or had the finish reason
	// content_filter. Only then is a whole body an answer.
	answered bool

	// suspect: the text may be an error in place of an answer, or beside one.
	// errbody.Detect has the last word.
	suspect bool
}

// decode reads one JSON text. An error means that it is no answer: not JSON, not
// an object, nested too deep, a member of the wrong type, or an index out of
// range.
func decode(data []byte) (decoded, error) { panic("decode") }
