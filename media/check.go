package media

import "github.com/azmistral/azmistral"

// maxImages is how many images one request may have, in all its messages.
const maxImages = 8

// Check says what no part by itself can break: it counts the images of all messages
// of a request, those of earlier turns included, of which the service takes 8. It
// looks at nothing else; how the parts were made does not matter to it.
func Check(messages []azmistral.Message) error {
	n := 0
	for _, m := range messages {
		for _, part := range m.Content {
			if _, ok := part.(*azmistral.ImagePart); ok {
				n++
			}
		}
	}
	if n > maxImages {
		return broken("request", ErrTooMany, "its messages have %d images, and the service takes %d: leave out those of earlier turns", n, maxImages)
	}
	return nil
}
