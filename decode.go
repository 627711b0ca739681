package azmistral

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	maxNesting     = 128  // objects and lists within each other in one JSON text
	maxChoiceIndex = 1023 // services stop at 128 choices
	maxItems       = 4096 // in one list: parts, calls, choices
)

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
// range. suspect is right also beside an error, where the text is a JSON object.
//
// A byte order mark and blanks around the text are accepted, anything else after
// it is not. Bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD.
// Of a key that comes twice the last counts. Keys are matched as encoding/json
// does, without regard to case: whatever reads faster has to give the same.
//
// What was paid for is not lost for what is beside it: created, usage, ids and
// filter results of a wrong type or out of range read as absent.
func decode(data []byte) (decoded, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")))
	if len(data) == 0 {
		return decoded{}, errors.New("the text is empty, want a JSON object")
	}
	if data[0] != '{' {
		if !json.Valid(data) {
			return decoded{}, errors.New("the text is not JSON")
		}
		return decoded{}, fmt.Errorf("the text is %s, want an object", jsonKind(data))
	}
	if err := checkNesting(data); err != nil {
		return decoded{}, err
	}
	return decodeBody(validUTF8(data))
}

// checkNesting bounds the depth before anything that recurses sees the text.
func checkNesting(data []byte) error {
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			if depth++; depth > maxNesting {
				return fmt.Errorf("the text is nested deeper than %d levels", maxNesting)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// wireBody is a chunk or a whole body. Its values are raw, so that of a key that
// comes twice only the last is read: encoding/json would mix two objects.
type wireBody struct {
	ID      json.RawMessage `json:"id"`
	Object  json.RawMessage `json:"object"`
	Model   json.RawMessage `json:"model"`
	Created json.RawMessage `json:"created"`
	Choices json.RawMessage `json:"choices"`
	Usage   json.RawMessage `json:"usage"`

	PromptFilterResults json.RawMessage `json:"prompt_filter_results"`
	PromptAnnotations   json.RawMessage `json:"prompt_annotations"` // its older name

	Error   json.RawMessage `json:"error"`
	Message json.RawMessage `json:"message"`
	Detail  json.RawMessage `json:"detail"`
	Code    json.RawMessage `json:"code"`
	Title   json.RawMessage `json:"title"`
	Status  json.RawMessage `json:"status"`

	StatusCode json.RawMessage `json:"statusCode"`
}

func decodeBody(data []byte) (decoded, error) {
	var w wireBody
	if err := json.Unmarshal(data, &w); err != nil {
		return decoded{}, fmt.Errorf("the text is not JSON: %w", err)
	}
	var d decoded
	d.chunk.ID, _ = decodeID(w.ID)
	d.chunk.Model, _ = decodeText(w.Model)
	d.chunk.Created = decodeCreated(w.Created)
	d.chunk.Usage = decodeUsage(w.Usage)
	d.chunk.Filter = decodePromptFilter(w.PromptFilterResults, w.PromptAnnotations)

	err := d.choices(w.Choices)
	d.suspect = d.suspect || isSaid(w.Error) || len(d.chunk.Choices) == 0 && w.speaksOfError()
	return d, err
}

// speaksOfError says whether a body without choices has a member that error
// bodies have.
func (w *wireBody) speaksOfError() bool {
	for _, member := range []json.RawMessage{w.Message, w.Detail, w.Code, w.Title, w.Status, w.StatusCode} {
		if isSaid(member) {
			return true
		}
	}
	object, _ := decodeText(w.Object)
	return strings.EqualFold(object, "error")
}

// isSaid says whether a member is there and not null.
func isSaid(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// wireChoice is a choice: with a delta in a stream, a message in a whole body, or
// messages where the service ran tools of its own.
type wireChoice struct {
	Index        json.RawMessage `json:"index"`
	Delta        json.RawMessage `json:"delta"`
	Message      json.RawMessage `json:"message"`
	Messages     json.RawMessage `json:"messages"`
	FinishReason json.RawMessage `json:"finish_reason"`
	Error        json.RawMessage `json:"error"`

	ContentFilterResults json.RawMessage `json:"content_filter_results"`
	ContentFilterResult  json.RawMessage `json:"content_filter_result"`
}

func (d *decoded) choices(raw json.RawMessage) error {
	items, err := decodeList(raw)
	if err != nil {
		return fmt.Errorf("choices is %w", err)
	}
	whole := 0 // choices that hold a message
	for i, item := range items {
		if jsonKind(item) == "null" {
			continue
		}
		choice, isWhole, err := d.choice(i, item)
		if err != nil {
			return fmt.Errorf("choices[%d]: %w", i, err)
		}
		if isWhole {
			whole++
		}
		d.chunk.Choices = append(d.chunk.Choices, choice)
	}
	if whole == len(d.chunk.Choices) {
		placeChoices(d.chunk.Choices)
	}
	return nil
}

func (d *decoded) choice(place int, raw json.RawMessage) (choice ChunkChoice, isWhole bool, err error) {
	if jsonKind(raw) != "an object" {
		return choice, false, fmt.Errorf("it is %s, want an object", jsonKind(raw))
	}
	var w wireChoice
	if err := json.Unmarshal(raw, &w); err != nil {
		return choice, false, err
	}
	d.suspect = d.suspect || isSaid(w.Error)
	if choice.Index, err = decodeChoiceIndex(w.Index, place); err != nil {
		return choice, false, fmt.Errorf("index is %w", err)
	}
	finish, err := decodeText(w.FinishReason)
	if err != nil {
		return choice, false, fmt.Errorf("finish_reason is %w", err)
	}
	choice.FinishReason = FinishReason(finish)
	choice.Filter = decodeFilter(w.ContentFilterResults, w.ContentFilterResult)
	d.answered = d.answered || choice.FinishReason == FinishContentFilter

	switch {
	case isSaid(w.Message):
		m, err := decodeMessage(w.Message)
		if err != nil {
			return choice, false, fmt.Errorf("message: %w", err)
		}
		d.answered = d.answered || !m.isEmpty
		choice.Delta, isWhole = m.delta(), true
	case isSaid(w.Messages):
		m, err := decodeMessages(w.Messages)
		if err != nil {
			return choice, false, fmt.Errorf("messages: %w", err)
		}
		d.answered = d.answered || !m.isEmpty
		choice.Delta, isWhole = m.delta(), true
	case isSaid(w.Delta):
		m, err := decodeMessage(w.Delta)
		if err != nil {
			return choice, false, fmt.Errorf("delta: %w", err)
		}
		choice.Delta = m.delta()
	}
	return choice, isWhole, nil
}

// delta gives a message in the form in which it is folded. Content that was
// empty, but there, is empty and not nil: "" and null stay apart.
func (m *message) delta() Delta {
	d := Delta{Role: Role(m.role), Content: m.content, ToolCalls: m.toolCalls}
	d.Text, d.Thinking = m.content.Text(), m.content.Thinking()
	if m.isText {
		if d.Content = nil; d.Text == "" {
			d.Content = Content{}
		}
	}
	return d
}

// decodeMessages makes one message of several: what a service writes that ran
// tools of its own in between. It has no recording. The assistant's contents
// follow each other; calls that were answered in between are no calls for the
// caller. The rest is in the raw body.
func decodeMessages(raw json.RawMessage) (all message, err error) {
	items, err := decodeList(raw)
	if err != nil {
		return all, fmt.Errorf("it is %w", err)
	}
	all.isEmpty = true
	answered := map[string]bool{}
	for i, item := range items {
		m, err := decodeMessage(item)
		if err != nil {
			return all, fmt.Errorf("[%d]: %w", i, err)
		}
		if m.toolCallID != "" {
			answered[m.toolCallID] = true
		}
		if m.role != "" && m.role != string(RoleAssistant) {
			continue
		}
		all.isEmpty = all.isEmpty && m.isEmpty
		all.role = string(RoleAssistant)
		all.content = append(all.content, m.content...)
		all.toolCalls = append(all.toolCalls, m.toolCalls...)
	}
	open := all.toolCalls[:0]
	for _, call := range all.toolCalls {
		if call.ID == "" || !answered[call.ID] {
			open = append(open, call)
		}
	}
	all.toolCalls = open
	return all, nil
}

// placeChoices numbers whole choices by their place where two have the same
// index: folded as pieces of one they would be one answer that nobody gave.
func placeChoices(choices []ChunkChoice) {
	seen := map[int]bool{}
	for i := range choices {
		if !seen[choices[i].Index] {
			seen[choices[i].Index] = true
			continue
		}
		for place := range choices {
			choices[place].Index = place
		}
		return
	}
}

// decodeChoiceIndex reads a choice's index. Absent and null mean its place.
func decodeChoiceIndex(raw json.RawMessage, place int) (int, error) {
	if !isSaid(raw) {
		raw = strconv.AppendInt(nil, int64(place), 10)
	}
	index, ok := wholeNumber(raw)
	if !ok || index < 0 || index > maxChoiceIndex {
		if jsonKind(raw) != "a number" {
			return 0, fmt.Errorf("%s, want a number", jsonKind(raw))
		}
		return 0, fmt.Errorf("not a whole number from 0 to %d", maxChoiceIndex)
	}
	return index, nil
}

// decodeCallIndex reads a tool call's index, also one that came as text. Absent,
// null and less than 0 mean that there is none: -1.
func decodeCallIndex(raw json.RawMessage) (int, error) {
	if !isSaid(raw) {
		return -1, nil
	}
	if text, err := decodeText(raw); err == nil {
		if raw = json.RawMessage(strings.TrimSpace(text)); len(raw) == 0 {
			return -1, nil
		}
	}
	index, ok := wholeNumber(raw)
	if !ok {
		return 0, errors.New("not a whole number")
	}
	return max(index, -1), nil
}

// wholeNumber reads an integer, also one that is written with a fraction of zero
// or an exponent.
func wholeNumber(raw []byte) (int, bool) {
	if i, err := strconv.Atoi(string(raw)); err == nil {
		return i, true
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int(f), true
}

// decodeCreated reads seconds since 1970. Anything else than a positive integer
// that is a time up to the year 9999 is no time.
func decodeCreated(raw json.RawMessage) time.Time {
	seconds, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return createdAt(seconds)
}

func createdAt(seconds int64) time.Time {
	const year10000 = 253402300800
	if seconds <= 0 || seconds >= year10000 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
