package media

import (
	"io"
	"io/fs"
	"path"

	"github.com/azmistral/azmistral"
)

// DocumentOptions are what is said of a document. nil means the zero value.
type DocumentOptions struct {
	// Name is what the model is told as the document's name. Empty means the file's
	// name without its folders for DocumentFile, and none for the others.
	Name string

	// MediaType is the type of the bytes. Empty means that they tell it, or with
	// Unchecked the extension of Name or of the file where they cannot; one that they
	// contradict is an ErrMediaType. A remote URL has none; it goes before that of a
	// data: URL.
	MediaType string

	// Unchecked makes a part of what the service is documented to refuse: what is no
	// PDF, more bytes, a URL of another scheme or of a private host. Readers and files
	// are still read to 100 MB at most.
	Unchecked bool
}

// Document makes a part of a document's bytes, which are not copied: do not change
// them while a request that holds the part is sent.
func Document(data []byte, options *DocumentOptions) (*azmistral.DocumentPart, error) {
	options, g := options.given()
	return g.document(data, options)
}

// ReadDocument makes a part of what r gives. It reads to the end of r, and no more
// than one byte beyond what the service takes: 50 MB.
func ReadDocument(r io.Reader, options *DocumentOptions) (*azmistral.DocumentPart, error) {
	options, g := options.given()
	data, err := g.read(r, 0)
	if err != nil {
		return nil, err
	}
	return g.document(data, options)
}

// DocumentFile makes a part of a file, such as one of os.DirFS or an embed.FS. Its
// name goes to the service unless the options have another.
func DocumentFile(fsys fs.FS, name string, options *DocumentOptions) (*azmistral.DocumentPart, error) {
	options, g := options.given()
	data, err := g.file(fsys, name)
	if err != nil {
		return nil, err
	}
	part, err := g.document(data, options)
	if err == nil && part.Name == "" {
		part.Name = path.Base(name)
	}
	return part, err
}

// DocumentURL makes a part of an https URL, which the service fetches and this
// package does not, or of a data: URL, which is taken apart and checked as Document
// does.
func DocumentURL(url string, options *DocumentOptions) (*azmistral.DocumentPart, error) {
	options, g := options.given()
	data, err := g.url(url)
	switch {
	case err != nil:
		return nil, err
	case data != nil:
		return g.document(data, options)
	}
	return &azmistral.DocumentPart{URL: url, Name: options.Name}, nil
}

// given never gives nil options.
func (o *DocumentOptions) given() (*DocumentOptions, given) {
	if o == nil {
		o = &DocumentOptions{}
	}
	g := documents.give(o.MediaType, o.Unchecked)
	g.name = o.Name
	return o, g
}

func (g *given) document(data []byte, options *DocumentOptions) (*azmistral.DocumentPart, error) {
	mediaType, err := g.check(data)
	if err != nil {
		return nil, err
	}
	return &azmistral.DocumentPart{Data: data, MediaType: mediaType, Name: options.Name}, nil
}
