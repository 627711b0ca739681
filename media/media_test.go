package media

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/azmistral/azmistral"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pdf = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"

// ftyp is the beginning of a file of the HEIF or MP4 family.
func ftyp(brands ...string) []byte {
	length := 16 + 4*(len(brands)-1)
	return []byte("\x00\x00\x00" + string(rune(length)) + "ftyp" + brands[0] + "\x00\x00\x00\x00" + strings.Join(brands[1:], "") + "mdat and more")
}

func TestSniff(t *testing.T) {
	for want, all := range map[string][][]byte{
		"image/png":           {encodedPNG(t, 1, 1), []byte("\x89PNG\r\n\x1a\n")},
		"image/jpeg":          {encodedJPEG(t, 1, 1), {0xFF, 0xD8, 0xFF}},
		"image/gif":           {encodedGIF(t, 1, 1, 1), []byte("GIF87a")},
		"image/webp":          {webpFile("VP8 ", vp8), webpFile("VP8X", vp8x)},
		"application/pdf":     {[]byte(pdf), []byte("\n" + pdf), []byte("\xef\xbb\xbf" + pdf), []byte("an old header\x00" + pdf)},
		"image/heic":          {ftyp("heic"), ftyp("mif1", "mif1", "heic"), ftyp("heix")},
		"image/heic-sequence": {ftyp("hevc"), ftyp("msf1", "hevx")},
		"image/heif":          {ftyp("mif1"), ftyp("mif1", "miaf")},
		"image/heif-sequence": {ftyp("msf1")},
		"image/avif":          {ftyp("avif", "mif1"), ftyp("mif1", "avif", "heic"), ftyp("avis")},
		"video/mp4":           {ftyp("mp42", "isom"), ftyp("isom", "mp41")},
		"image/tiff":          {[]byte("II*\x00\x08\x00"), []byte("MM\x00*\x00\x00")},
		"image/bmp":           {[]byte("BM1234")},
		"image/x-icon":        {{0, 0, 1, 0, 1, 0}},
		"image/svg+xml": {[]byte(`<svg xmlns="x">`), []byte("\ufeff \n<svg>"), []byte(`<?xml version="1.0"?><!DOCTYPE svg><svg/>`),
			[]byte("<!-- made by hand -->\n<svg/>"), []byte("<!DOCTYPE svg PUBLIC ''>\n<svg/>")},
		"text/html":                {[]byte("<!DOCTYPE html><svg>"), []byte("<html>"), []byte("<!-- a page --><HTML><svg>")},
		"text/xml":                 {[]byte(`<?xml version="1.0"?><Error/>`)},
		"text/plain":               {[]byte("hello"), []byte(`{"error":1}`), {}},
		"application/zip":          {[]byte("PK\x03\x04")},
		"application/octet-stream": {append(ftyp("qt  ", "qt  ")[:20], "heic and more"...), {0, 1, 2, 3}, ftyp("qt  "), []byte("\x00\x00\x00\x14ftyp"), append(bytes.Repeat([]byte{0}, looksAt), pdf...)},
	} {
		for _, data := range all {
			assert.Equal(t, want, sniff(data), "%.40q", data)
		}
	}
}

// The table names each type and each extension once.
func TestFormats(t *testing.T) {
	types, extensions := map[string]bool{}, map[string]bool{}
	for _, f := range formats {
		assert.False(t, types[f.mediaType], f.mediaType)
		types[f.mediaType] = true
		assert.True(t, strings.HasSuffix(f.extensions, " "), f.name)
		for e := range strings.FieldsSeq(f.extensions) {
			assert.False(t, extensions[e], e)
			extensions[e] = true
			assert.Same(t, f, formatByExtension("A/b.c"+strings.ToUpper(e)))
		}
		assert.Equal(t, f.kind == nil, f.advice != "", "%s: advice is for what is not taken", f.name)
		assert.Equal(t, f.kind == images, f.measure != nil, f.name)
	}
	for _, to := range otherNames {
		assert.True(t, types[to], to)
	}
	for _, name := range []string{"", ".", "png", "a.", "a.b ", "a.pn", "folder.png/file", "a. .png "} {
		assert.Nil(t, formatByExtension(name), name)
	}
}

func TestImage(t *testing.T) {
	small := encodedPNG(t, 2, 2)
	const off = " (Unchecked sends it all the same)"
	const takes = ", and the service takes PNG, JPEG, WEBP or GIF with one frame: "
	for name, tt := range map[string]struct {
		data     []byte
		declared string
		want     string // the media type that is sent
		rule     error
		err      string
		turned   string // the media type with Unchecked
	}{
		"png":              {data: small, want: "image/png", turned: "image/png"},
		"jpeg":             {data: encodedJPEG(t, 2, 2), want: "image/jpeg", turned: "image/jpeg"},
		"gif":              {data: encodedGIF(t, 2, 2, 1), want: "image/gif", turned: "image/gif"},
		"webp":             {data: webpFile("VP8 ", vp8), want: "image/webp", turned: "image/webp"},
		"only a signature": {data: []byte("\x89PNG\r\n\x1a\n"), want: "image/png", turned: "image/png"},
		"at the limits":    {data: append(encodedPNG(t, 10000, 1), make([]byte, 20<<20-len(encodedPNG(t, 10000, 1)))...), want: "image/png", turned: "image/png"},
		"declared":         {data: small, declared: "Image/PNG; q=1", want: "image/png", turned: "image/png"},
		"another spelling": {data: encodedJPEG(t, 2, 2), declared: "image/jpg", want: "image/jpeg", turned: "image/jpeg"},

		"nil":            {data: nil, rule: ErrEmpty, err: "it has no bytes"},
		"empty":          {data: []byte{}, rule: ErrEmpty, err: "it has no bytes"},
		"large":          {data: append(bytes.Clone(small), make([]byte, 20<<20)...), rule: ErrTooLarge, err: "it is 20.1 MB, and the service takes 20 MB: scale it down (more than 1540 pixels a side are of no use to the model)" + off, turned: "image/png"},
		"wide":           {data: encodedPNG(t, 10001, 1), rule: ErrTooLarge, err: "it has 10001x1 pixels, and the service takes 10000 a side: scale it down" + off, turned: "image/png"},
		"high":           {data: encodedJPEG(t, 1, 10001), rule: ErrTooLarge, err: "it has 1x10001 pixels, and the service takes 10000 a side: scale it down" + off, turned: "image/jpeg"},
		"webp wide":      {data: webpFile("VP8X", vp8xHuge), rule: ErrTooLarge, err: "it has 10001x1 pixels, and the service takes 10000 a side: scale it down" + off, turned: "image/webp"},
		"gif animated":   {data: encodedGIF(t, 2, 2, 3), rule: ErrAnimated, err: "it has 3 frames, and the service takes one: save one of them as a picture" + off, turned: "image/gif"},
		"png animated":   {data: apng(t, 2), rule: ErrAnimated, err: "it has 2 frames, and the service takes one: save one of them as a picture" + off, turned: "image/png"},
		"webp animated":  {data: webpFile("VP8X", vp8xAnim, "ANMF", "odd", "ANMF", "odd"), rule: ErrAnimated, err: "it has 2 frames, and the service takes one: save one of them as a picture" + off, turned: "image/webp"},
		"heic":           {data: ftyp("heic", "mif1"), rule: ErrMediaType, err: "it is HEIC" + takes + "convert it to JPEG or PNG" + off, turned: "image/heic"},
		"svg":            {data: []byte("<svg/>"), rule: ErrMediaType, err: "it is SVG" + takes + "draw it as PNG" + off, turned: "image/svg+xml"},
		"html":           {data: []byte("<!doctype html><p>404"), rule: ErrMediaType, err: "it is HTML" + takes + "if it was downloaded it may be an error page: look at that response's status" + off, turned: "text/html"},
		"text":           {data: []byte(`{"error":"denied"}`), rule: ErrMediaType, err: "it is text" + takes + "put its text into the message" + off, turned: "text/plain"},
		"pdf":            {data: []byte(pdf), rule: ErrMediaType, err: "it is PDF: use Document" + off, turned: "application/pdf"},
		"video":          {data: ftyp("mp42"), rule: ErrMediaType, err: "it is video/mp4" + takes + "look at where it came from" + off, turned: "video/mp4"},
		"another type":   {data: small, declared: "image/gif", rule: ErrMediaType, err: "MediaType says image/gif, its bytes are image/png: leave MediaType empty" + off, turned: "image/gif"},
		"unknown, named": {data: []byte{1, 2, 3}, declared: "image/x-raw", rule: ErrMediaType, err: "it is of no type that its bytes tell" + takes + "look at where it came from" + off, turned: "image/x-raw"},
		"no media type":  {data: small, declared: `png", "b`, rule: ErrMediaType, err: `MediaType is none: write it as "image/png"`},
		"half a type":    {data: small, declared: "png", rule: ErrMediaType, err: `MediaType is none: write it as "image/png"`},
	} {
		t.Run(name, func(t *testing.T) {
			part, err := Image(tt.data, &ImageOptions{MediaType: tt.declared, Detail: "low"})
			if tt.rule == nil {
				require.NoError(t, err)
				assert.Equal(t, &azmistral.ImagePart{Data: tt.data, MediaType: tt.want, Detail: "low"}, part)
				assert.Same(t, &tt.data[0], &part.Data[0], "copied")
			} else {
				assert.Nil(t, part)
				assert.Equal(t, &Error{Source: "image", Rule: tt.rule, Message: tt.err}, err)
			}
			part, err = Image(tt.data, &ImageOptions{MediaType: tt.declared, Unchecked: true})
			if tt.turned == "" {
				require.ErrorIs(t, err, tt.rule)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, &azmistral.ImagePart{Data: tt.data, MediaType: tt.turned}, part)
		})
	}
	for other, usual := range map[string]string{"image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/apng": "image/png"} {
		part, err := Image(small, &ImageOptions{MediaType: other, Unchecked: true})
		require.NoError(t, err)
		assert.Equal(t, usual, part.MediaType)
	}
	_, err := Image([]byte{1, 2, 3}, &ImageOptions{Unchecked: true})
	assert.EqualError(t, err, "media: image: its bytes do not tell its type: set MediaType")
	require.ErrorIs(t, err, ErrMediaType)
}

func TestDocument(t *testing.T) {
	const off = " (Unchecked sends it all the same)"
	for name, tt := range map[string]struct {
		data    []byte
		options DocumentOptions
		rule    error
		err     string
		turned  string
	}{
		"pdf":       {data: []byte(pdf), turned: "application/pdf"},
		"late pdf":  {data: []byte("\r\n" + pdf), options: DocumentOptions{MediaType: "application/x-pdf"}, turned: "application/pdf"},
		"empty":     {rule: ErrEmpty, err: "it has no bytes"},
		"large":     {data: append([]byte(pdf), make([]byte, 50<<20)...), rule: ErrTooLarge, err: "it is 50.1 MB, and the service takes 50 MB: split it" + off, turned: "application/pdf"},
		"a picture": {data: encodedPNG(t, 1, 1), rule: ErrMediaType, err: "it is PNG: use Image" + off, turned: "image/png"},
		"word":      {data: []byte("PK\x03\x04"), options: DocumentOptions{Name: "a.DOCX"}, rule: ErrMediaType, err: "it is a Word document, and the service takes PDF: save it as PDF" + off, turned: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		"zip":       {data: []byte("PK\x03\x04"), rule: ErrMediaType, err: "it is a zip, and the service takes PDF: unpack it; an office document is to be saved as PDF" + off, turned: "application/zip"},
		"markdown":  {data: []byte("# Title"), options: DocumentOptions{Name: "a.md"}, rule: ErrMediaType, err: "it is Markdown, and the service takes PDF: put its text into the message" + off, turned: "text/markdown"},
		"not by its name": {data: []byte("hello"), options: DocumentOptions{Name: "a.pdf"}, rule: ErrMediaType,
			err: "it is text, and the service takes PDF: put its text into the message" + off, turned: "text/plain"},
		"unknown": {data: []byte{1, 2}, rule: ErrMediaType, err: "it is of no type that its bytes tell, and the service takes PDF: look at where it came from" + off, turned: "application/octet-stream"},
	} {
		t.Run(name, func(t *testing.T) {
			part, err := Document(tt.data, &tt.options)
			if tt.rule == nil {
				require.NoError(t, err)
				assert.Equal(t, &azmistral.DocumentPart{Data: tt.data, MediaType: "application/pdf", Name: tt.options.Name}, part)
			} else {
				assert.Nil(t, part)
				assert.Equal(t, &Error{Source: "document", Rule: tt.rule, Message: tt.err}, err)
			}
			tt.options.Unchecked = true
			part, err = Document(tt.data, &tt.options)
			if tt.turned == "" {
				require.ErrorIs(t, err, tt.rule)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, &azmistral.DocumentPart{Data: tt.data, MediaType: tt.turned, Name: tt.options.Name}, part)
		})
	}
}

func TestErrors(t *testing.T) {
	for _, rule := range []error{ErrEmpty, ErrMediaType, ErrTooLarge, ErrAnimated, ErrURL, ErrTooMany} {
		err := error(&Error{Source: "image", Rule: rule, Message: "m", Err: io.ErrUnexpectedEOF})
		require.ErrorIs(t, err, rule)
		require.ErrorIs(t, err, azmistral.ErrInvalidRequest)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.EqualError(t, err, "media: image: m: unexpected EOF")
	}
	require.NotErrorIs(t, &Error{Rule: ErrURL}, ErrTooLarge)
	require.NotErrorIs(t, &Error{Message: "no rule"}, azmistral.ErrInvalidRequest)
}

func TestCheck(t *testing.T) {
	turn := func(n int) azmistral.Message {
		m := azmistral.User("look", &azmistral.DocumentPart{URL: "https://contoso.com/a.pdf"})
		for range n {
			m.Content = append(m.Content, &azmistral.ImagePart{URL: "https://contoso.com/a.png"})
		}
		return m
	}
	require.NoError(t, Check(nil))
	require.NoError(t, Check([]azmistral.Message{turn(5), azmistral.Assistant("yes"), turn(3)}))
	require.ErrorIs(t, Check([]azmistral.Message{turn(9)}), ErrTooMany)
	err := Check([]azmistral.Message{turn(5), azmistral.Assistant("yes"), turn(4)})
	require.ErrorIs(t, err, ErrTooMany)
	assert.EqualError(t, err, "media: request: its messages have 9 images, and the service takes 8: leave out those of earlier turns")
}

// counted counts what is read.
type counted struct {
	io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// endless gives a byte for ever.
type endless byte

func (b endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

func TestRead(t *testing.T) {
	small := encodedPNG(t, 2, 2)
	t.Run("in pieces", func(t *testing.T) {
		part, err := ReadImage(iotest.OneByteReader(bytes.NewReader(small)), &ImageOptions{Detail: "high"})
		require.NoError(t, err)
		assert.Equal(t, &azmistral.ImagePart{Data: small, MediaType: "image/png", Detail: "high"}, part)
		document, err := ReadDocument(iotest.DataErrReader(strings.NewReader(pdf)), nil)
		require.NoError(t, err)
		assert.Equal(t, &azmistral.DocumentPart{Data: []byte(pdf), MediaType: "application/pdf"}, document)
	})
	t.Run("without an end", func(t *testing.T) {
		r := &counted{Reader: io.MultiReader(bytes.NewReader(small), endless(0))}
		_, err := ReadImage(r, nil)
		require.ErrorIs(t, err, ErrTooLarge)
		assert.ErrorContains(t, err, "media: image: it goes on after 20 MB, and the service takes 20 MB: ")
		assert.Equal(t, int64(20<<20+1), r.n)
		r = &counted{Reader: endless(0)}
		_, err = ReadDocument(r, nil)
		require.ErrorIs(t, err, ErrTooLarge)
		assert.Equal(t, int64(50<<20+1), r.n)
		r = &counted{Reader: endless(0)}
		_, err = ReadImage(r, &ImageOptions{Unchecked: true})
		assert.EqualError(t, err, "media: image: it goes on after 100 MB, and no more than 100 MB are read, Unchecked or not: is it the right one?")
		require.ErrorIs(t, err, ErrTooLarge)
		assert.Equal(t, int64(100<<20+1), r.n)
	})
	t.Run("failing", func(t *testing.T) {
		reason := errors.New("the line went dead")
		_, err := ReadImage(io.MultiReader(bytes.NewReader(small), iotest.ErrReader(reason)), &ImageOptions{Unchecked: true})
		assert.Equal(t, &Error{Source: "image", Message: "it cannot be read", Err: reason}, err)
		_, err = ReadDocument(iotest.ErrReader(reason), nil)
		require.ErrorIs(t, err, reason)
		assert.EqualError(t, err, "media: document: it cannot be read: the line went dead")
	})
	t.Run("nothing", func(t *testing.T) {
		_, err := ReadImage(strings.NewReader(""), nil)
		require.ErrorIs(t, err, ErrEmpty)
		_, err = ReadDocument(strings.NewReader(""), nil)
		require.ErrorIs(t, err, ErrEmpty)
	})
}

func TestFile(t *testing.T) {
	small := encodedPNG(t, 2, 2)
	files := fstest.MapFS{
		"photos/cat.jpg":  {Data: small}, // the name is not believed
		"photos/cat.heic": {Data: ftyp("heic")},
		"reports/q3.pdf":  {Data: []byte(pdf)},
		"reports/q3.docx": {Data: []byte("PK\x03\x04")},
		"long.png":        {Data: make([]byte, 20<<20+1)},
	}
	part, err := ImageFile(files, "photos/cat.jpg", &ImageOptions{Detail: "auto"})
	require.NoError(t, err)
	assert.Equal(t, &azmistral.ImagePart{Data: small, MediaType: "image/png", Detail: "auto"}, part)
	document, err := DocumentFile(files, "reports/q3.pdf", nil)
	require.NoError(t, err)
	assert.Equal(t, &azmistral.DocumentPart{Data: []byte(pdf), MediaType: "application/pdf", Name: "q3.pdf"}, document)
	document, err = DocumentFile(files, "reports/q3.pdf", &DocumentOptions{Name: "report"})
	require.NoError(t, err)
	assert.Equal(t, "report", document.Name)
	document, err = DocumentFile(files, "reports/q3.docx", &DocumentOptions{Unchecked: true})
	require.NoError(t, err)
	assert.Equal(t, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", document.MediaType)

	for name, want := range map[string]string{
		"photos/cat.heic": `media: image "photos/cat.heic": it is HEIC, and the service takes PNG, JPEG, WEBP or GIF with one frame: convert it to JPEG or PNG (Unchecked sends it all the same)`,
		"reports/q3.pdf":  `media: image "reports/q3.pdf": it is PDF: use Document (Unchecked sends it all the same)`,
		"photos":          `media: image "photos": it is a folder, not a file`,
		"long.png":        `media: image "long.png": it is 20.1 MB, and the service takes 20 MB: scale it down (more than 1540 pixels a side are of no use to the model) (Unchecked sends it all the same)`,
		"none.png":        `media: image "none.png": it cannot be read: open none.png: file does not exist`,
	} {
		_, err := ImageFile(files, name, nil)
		assert.EqualError(t, err, want)
	}
	_, err = ImageFile(files, "none.png", nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = DocumentFile(files, "none.pdf", nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = ImageFile(os.DirFS("."), "../cat.jpg", nil)
	assert.EqualError(t, err, `media: image "../cat.jpg": it cannot be read (names in an fs.FS have slashes, and none in front): open ../cat.jpg: invalid argument`)
	_, err = DocumentFile(files, "photos/cat.jpg", nil)
	assert.EqualError(t, err, `media: document "photos/cat.jpg": it is PNG: use Image (Unchecked sends it all the same)`)
}

// A file system's word about a file's size is not believed.
func TestFileOfWrongSize(t *testing.T) {
	small := encodedPNG(t, 2, 2)
	for _, size := range []int64{math.MinInt64, -1000, -1, 0, 1, 20 << 20} {
		closed := 0
		part, err := ImageFile(liarFS{size, small, &closed}, "cat.png", nil)
		require.NoError(t, err, size)
		assert.Equal(t, small, part.Data)
		assert.Equal(t, 1, closed)
	}
}

// liarFS has one file, and says of it what it likes.
type liarFS struct {
	size   int64
	data   []byte
	closed *int
}

func (l liarFS) Open(name string) (fs.File, error) {
	f, err := fstest.MapFS{name: {Data: l.data}}.Open(name)
	return liarFile{f, l}, err
}

type liarFile struct {
	fs.File
	liarFS
}

func (l liarFile) Close() error {
	*l.closed++
	return l.File.Close()
}

func (l liarFile) Stat() (fs.FileInfo, error) {
	info, err := l.File.Stat()
	return liarInfo{info, l.size}, err
}

type liarInfo struct {
	fs.FileInfo
	size int64
}

func (l liarInfo) Size() int64 { return l.size }
