package media

import (
	"mime"
	"strings"
)

// maxSide is how many pixels a side of an image may have.
const maxSide = 10000

// check gives the media type of data, or says what is wrong with it.
func (g *given) check(data []byte) (mediaType string, err error) {
	if len(data) == 0 {
		return "", broken(g.source, ErrEmpty, "it has no bytes")
	}
	said, err := g.said()
	if err != nil {
		return "", err
	}
	found := identify(data, g.name)
	if g.unchecked {
		return g.uncheckedType(said, found)
	}
	if len(data) > g.kind.most {
		return "", g.tooLarge(int64(len(data)))
	}
	if found.kind != g.kind {
		return "", g.refuse(found, "it is "+found.name)
	}
	if said != "" && said != found.mediaType {
		if g.saidByURL { // nothing of a URL is in an error
			return "", advice(g.source, ErrMediaType, "its bytes are %s, and the URL says another type: correct it, or set MediaType, which goes before it", found.mediaType)
		}
		return "", advice(g.source, ErrMediaType, "MediaType says %s, its bytes are %s: leave MediaType empty", said, found.mediaType)
	}
	return found.mediaType, g.checkShape(found, data)
}

// said is the media type that was given, in its usual spelling and without
// parameters: those have no use here, and could end a data: URL's head early.
func (g *given) said() (string, error) {
	if g.mediaType == "" {
		return "", nil
	}
	said, _, err := mime.ParseMediaType(g.mediaType)
	if err != nil && said == "" || !strings.Contains(said, "/") {
		what := "MediaType"
		if g.saidByURL {
			what = "the URL's media type"
		}
		return "", broken(g.source, ErrMediaType, `%s is none: write it as "image/png"`, what)
	}
	if usual, ok := otherNames[said]; ok {
		said = usual
	}
	return said, nil
}

// uncheckedType believes what was given. An image needs a type that means something:
// the service reads it in the data: URL.
func (g *given) uncheckedType(said string, found *format) (string, error) {
	switch {
	case said != "":
		return said, nil
	case found == unknown && g.kind == images:
		return "", broken(g.source, ErrMediaType, "its bytes do not tell its type: set MediaType")
	}
	return found.mediaType, nil
}

// refuse says what to do with a format that the kind does not take.
func (g *given) refuse(f *format, what string) error {
	if f.kind != nil {
		return advice(g.source, ErrMediaType, "%s: use %s", what, f.kind.function("", ""))
	}
	return advice(g.source, ErrMediaType, "%s, and the service takes %s: %s", what, g.kind.takes, f.advice)
}

// checkShape looks at frames and pixels, as far as they can be told.
func (g *given) checkShape(f *format, data []byte) error {
	if f.measure == nil {
		return nil
	}
	s := f.measure(data)
	switch {
	case s.frames > 1:
		return advice(g.source, ErrAnimated, "it has %d frames, and the service takes one: save one of them as a picture", s.frames)
	case s.width > maxSide || s.height > maxSide:
		return advice(g.source, ErrTooLarge, "it has %dx%d pixels, and the service takes %d a side: scale it down", s.width, s.height, maxSide)
	}
	return nil
}
