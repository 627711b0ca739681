package media

import (
	"io"
	"io/fs"

	"github.com/azmistral/azmistral"
)

// ImageOptions are what is said of an image. nil means the zero value.
type ImageOptions struct {
	// Detail is how closely the model looks: "low", "auto", "high". Empty is not sent.
	Detail string

	// MediaType is the type of the bytes, such as "image/png". Empty means that the
	// bytes tell it; one that they contradict is an ErrMediaType. It is needed only
	// for a type that this package does not know, with Unchecked. A remote URL has
	// none; it goes before that of a data: URL.
	MediaType string

	// Unchecked makes a part of what the service is documented to refuse: another
	// type, more bytes, pixels or frames, a URL of another scheme or of a private
	// host. Readers and files are still read to 100 MB at most.
	Unchecked bool
}

// Image makes a part of a picture's bytes, which are not copied: do not change them
// while a request that holds the part is sent.
func Image(data []byte, options *ImageOptions) (*azmistral.ImagePart, error) {
	options, g := options.given()
	return g.image(data, options)
}

// ReadImage makes a part of what r gives. It reads to the end of r, and no more than
// one byte beyond what the service takes: 20 MB.
func ReadImage(r io.Reader, options *ImageOptions) (*azmistral.ImagePart, error) {
	options, g := options.given()
	data, err := g.read(r, 0)
	if err != nil {
		return nil, err
	}
	return g.image(data, options)
}

// ImageFile makes a part of a file, such as one of os.DirFS or an embed.FS. Its
// name is not sent, and its extension not believed.
func ImageFile(fsys fs.FS, name string, options *ImageOptions) (*azmistral.ImagePart, error) {
	options, g := options.given()
	data, err := g.file(fsys, name)
	if err != nil {
		return nil, err
	}
	return g.image(data, options)
}

// ImageURL makes a part of an https URL, which the service fetches and this package
// does not, or of a data: URL, which is taken apart and checked as Image does.
func ImageURL(url string, options *ImageOptions) (*azmistral.ImagePart, error) {
	options, g := options.given()
	data, err := g.url(url)
	switch {
	case err != nil:
		return nil, err
	case data != nil:
		return g.image(data, options)
	}
	return &azmistral.ImagePart{URL: url, Detail: options.Detail}, nil
}

// given never gives nil options.
func (o *ImageOptions) given() (*ImageOptions, given) {
	if o == nil {
		o = &ImageOptions{}
	}
	return o, images.give(o.MediaType, o.Unchecked)
}

func (g *given) image(data []byte, options *ImageOptions) (*azmistral.ImagePart, error) {
	mediaType, err := g.check(data)
	if err != nil {
		return nil, err
	}
	return &azmistral.ImagePart{Data: data, MediaType: mediaType, Detail: options.Detail}, nil
}
