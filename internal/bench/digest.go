package main

import (
	"encoding/json"
	"fmt"
)

// digestBody says what a request held, in the words of prompt.digest.
func digestBody(body []byte) (string, error) {
	var got struct {
		Messages []struct {
			Role    string
			Content json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return "", err
	}
	d := digest{}
	for _, m := range got.Messages {
		var text string
		if json.Unmarshal(m.Content, &text) == nil {
			d.add(m.Role, text, "")
			continue
		}
		var parts []struct {
			Text     string
			ImageURL json.RawMessage `json:"image_url"`
		}
		if err := json.Unmarshal(m.Content, &parts); err != nil {
			return "", err
		}
		image := ""
		for _, part := range parts {
			text += part.Text
			var object struct{ URL string }
			if len(part.ImageURL) > 0 && json.Unmarshal(part.ImageURL, &image) != nil {
				if err := json.Unmarshal(part.ImageURL, &object); err != nil {
					return "", err
				}
				image = object.URL
			}
		}
		d.add(m.Role, text, image)
	}
	return d.String(), nil
}

// digest is a check of a request's messages.
type digest struct {
	messages, bytes int
	sum             uint64
}

func (d *digest) add(role, text, image string) {
	d.messages++
	d.bytes += len(text) + len(image)
	d.sum = 31*d.sum + sum(role) + 3*sum(text) + 5*sum(image)
}

func (d digest) String() string {
	return fmt.Sprintf("%d messages, %d bytes, %x", d.messages, d.bytes, d.sum)
}

// digest is what the server must find in the request.
func (p prompt) digest() string {
	d := digest{}
	for i, text := range p.texts {
		role, image := "assistant", ""
		if p.fromUser(i) {
			role = "user"
		}
		if p.image != nil && i == len(p.texts)-1 {
			image = dataURL(p.image)
		}
		d.add(role, text, image)
	}
	return d.String()
}
