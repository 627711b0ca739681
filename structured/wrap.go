package structured

import (
	"bytes"
	"encoding/json"
	"strings"
)

// wrap gives the schema of the object in which a value travels.
func (p *plan) wrap(text json.RawMessage) json.RawMessage {
	if !p.wrapped {
		return text
	}
	text, definitions := rooted(text)
	outer := append([]member{
		{"type", json.RawMessage(`"object"`)},
		{"properties", object([]member{{wrapperMember, text}})},
		{"required", json.RawMessage(`["` + wrapperMember + `"]`)},
		{"additionalProperties", json.RawMessage(`false`)},
	}, definitions...)
	return object(outer)
}

// rooted makes a schema fit to be wrapperMember of another: its definitions, which it
// gives apart, go to the root, where its references look for them; references to
// other places of it are led there. One with an $id is a root of its own. The order
// of properties stays: models write in it.
func rooted(text json.RawMessage) (inner json.RawMessage, definitions []member) {
	if !bytes.Contains(text, []byte(`"$ref"`)) {
		return text, nil
	}
	var own []member
	for _, m := range members(text) {
		switch m.name {
		case "$id":
			return text, nil
		case "$defs", "definitions":
			definitions = append(definitions, member{m.name, redirected(m.value)})
		default:
			own = append(own, m)
		}
	}
	return redirected(object(own)), definitions
}

// redirected leads the references of a schema to the place where it is wrapped.
func redirected(text json.RawMessage) json.RawMessage {
	switch text[0] {
	case '{':
		list := members(text)
		for i, m := range list {
			var ref string
			if m.name == "$ref" && json.Unmarshal(m.value, &ref) == nil {
				list[i].value = quote(redirectedRef(ref))
			} else {
				list[i].value = redirected(m.value)
			}
		}
		return object(list)
	case '[':
		var list []json.RawMessage
		_ = json.Unmarshal(text, &list) // a schema is JSON, all through
		for i := range list {
			list[i] = redirected(list[i])
		}
		joined, err := json.Marshal(list)
		if err != nil {
			return text
		}
		return joined
	}
	return text
}

func redirectedRef(ref string) string {
	for _, place := range []string{"#/$defs/", "#/definitions/"} {
		if strings.HasPrefix(ref, place) {
			return ref
		}
	}
	if ref == "#" || strings.HasPrefix(ref, "#/") {
		return "#/properties/" + wrapperMember + ref[1:]
	}
	return ref
}

// unwrap takes the value out of the object in which it travelled; false if text is no
// such object.
func unwrap(text string) (value string, ok bool) {
	if !strings.HasPrefix(text, "{") {
		return "", false
	}
	d := json.NewDecoder(strings.NewReader(text))
	_, _ = d.Token()
	if name, err := d.Token(); err != nil || name != wrapperMember {
		return "", false
	}
	var member json.RawMessage
	if d.Decode(&member) != nil || d.More() {
		return "", false
	}
	if _, err := d.Token(); err != nil || strings.TrimSpace(text[d.InputOffset():]) != "" {
		return "", false
	}
	return string(member), true
}

// member is a member of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// members are those of the text of an object, in order.
func members(text json.RawMessage) []member {
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil
	}
	var list []member
	for d.More() {
		name, err := d.Token()
		m := member{}
		if err != nil || d.Decode(&m.value) != nil {
			return nil
		}
		m.name, _ = name.(string)
		list = append(list, m)
	}
	return list
}

// object is the text of an object.
func object(list []member) json.RawMessage {
	text := json.RawMessage(`{`)
	for i, m := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(append(text, quote(m.name)...), ':'), m.value...)
	}
	return append(text, '}')
}

func quote(text string) json.RawMessage {
	quoted, _ := json.Marshal(text) // strings always have one
	return quoted
}
