package azmistraltest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

// encoded gives an image of that size in each format that the standard library
// writes.
func encoded(t testing.TB, width, height int) map[string][]byte {
	t.Helper()
	picture := image.NewPaletted(image.Rect(0, 0, width, height), palette.Plan9)
	var p, j, g bytes.Buffer
	require.NoError(t, png.Encode(&p, picture))
	require.NoError(t, jpeg.Encode(&j, picture, nil))
	require.NoError(t, gif.Encode(&g, picture, nil))
	return map[string][]byte{"image/png": p.Bytes(), "image/jpeg": j.Bytes(), "image/gif": g.Bytes()}
}

func dataURL(mediaType string, data []byte) string {
	return "data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(data)
}

// grayPNG is the same bytes for the same size; how many depends on Go's version.
func grayPNG(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))))
	return b.Bytes()
}

func pngURL(t testing.TB, width, height int) string {
	return dataURL("image/png", grayPNG(t, width, height))
}

// WebP heads of the three kinds, as the container's specification has them.
var webps = map[string][2]int{
	"52494646240000005745425056503820180000003001009d012a0a0007000000":       {10, 7},
	"524946461a000000574542505650384c0d0000002f0980010000000000000000":       {10, 7},
	"52494646160000005745425056503858" + "0a00000010000000" + "090000060000": {10, 7},
}

func TestSizeOfImage(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {3, 2}, {640, 480}, {1, 2000}} {
		for format, data := range encoded(t, size[0], size[1]) {
			width, height := sizeOfImage(data)
			assert.Equal(t, size, [2]int{width, height}, format)
			// A head that is cut gives the size or nothing, and never panics.
			for n := range min(len(data), 700) {
				if width, height := sizeOfImage(data[:n]); width != 0 || height != 0 {
					assert.Equal(t, size, [2]int{width, height}, "%s, %d bytes", format, n)
				}
			}
		}
	}
	for text, size := range webps {
		data, err := hex.DecodeString(text)
		require.NoError(t, err)
		width, height := sizeOfImage(data)
		assert.Equal(t, size, [2]int{width, height}, text)
		for n := range data {
			sizeOfImage(data[:n])
		}
	}
	// A JPEG with a large preview before its frame, and fill bytes between segments.
	data := encoded(t, 31, 17)["image/jpeg"]
	preview := append([]byte{0xff, 0xe1, 0xff, 0xff}, make([]byte, 0xfffd)...)
	data = append(append(append([]byte{}, data[:2]...), append(preview, 0xff, 0xff)...), data[2:]...)
	width, height := sizeOfImage(data)
	assert.Equal(t, [2]int{31, 17}, [2]int{width, height})
	// Tables may stand before the frame; their marker is next to those of frames.
	tables := append([]byte{0xff, 0xc4, 0, 9}, make([]byte, 7)...)
	data = encoded(t, 31, 17)["image/jpeg"]
	data = append(append(append([]byte{}, data[:2]...), tables...), data[2:]...)
	width, height = sizeOfImage(data)
	assert.Equal(t, [2]int{31, 17}, [2]int{width, height})
	for _, text := range []string{"", "BM", "%PDF-1.7", "\xff\xd8\xff\xe0\x00\x00"} {
		width, height := sizeOfImage([]byte(text))
		assert.Zero(t, width+height, text)
	}
}

// FuzzSizeOfImage wants an end without a panic.
func FuzzSizeOfImage(f *testing.F) {
	for _, data := range encoded(f, 3, 2) {
		f.Add(data)
	}
	for text := range webps {
		data, _ := hex.DecodeString(text)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		width, height := sizeOfImage(data)
		if width < 0 || height < 0 {
			t.Fatal(width, height)
		}
	})
}

func TestFileOf(t *testing.T) {
	pdf := []byte("%PDF-1.7 and so on")
	for part, want := range map[string]File{
		`{"type":"image_url","image_url":"` + pngURL(t, 3, 2) + `"}`:                                               {Part: "image_url", MediaType: "image/png", Bytes: len(grayPNG(t, 3, 2)), Width: 3, Height: 2},
		`{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}`:                                     {Part: "image_url", URL: "https://example.com/a.png"},
		`{"type":"image_url","image_url":{"url":"DATA:image/png;base64,QQ=="}}`:                                    {Part: "image_url", MediaType: "image/png", Bytes: 1},
		`{"type":"image_url","image_url":"data:image/png;base64,?"}`:                                               {Part: "image_url", MediaType: "image/png", Bytes: -1},
		`{"type":"image_url","image_url":"data:x"}`:                                                                {Part: "image_url", Bytes: -1},
		`{"type":"image_url","image_url":"data:,%zz"}`:                                                             {Part: "image_url", Bytes: -1},
		`{"type":"document_url","document_url":"data:text/plain,a%20b"}`:                                           {Part: "document_url", MediaType: "text/plain", Bytes: 3},
		`{"type":"document_url","document_url":"` + dataURL("application/pdf", pdf) + `","document_name":"a.pdf"}`: {Part: "document_url", Name: "a.pdf", MediaType: "application/pdf", Bytes: 18},
		`{"type":"file","file_id":"f-1"}`:                                                                          {Part: "file", Name: "f-1"},
		`{"type":"input_audio","input_audio":{"data":"SUQz","format":"mp3"}}`:                                      {Part: "input_audio", MediaType: "mp3", Bytes: 3},
		`{"type":"input_audio","input_audio":"SUQz"}`:                                                              {Part: "input_audio", Bytes: 3},
		`{"type":"input_audio","input_audio":"https://example.com/a.mp3"}`:                                         {Part: "input_audio", URL: "https://example.com/a.mp3"},
		`{"type":"input_audio","input_audio":"data:audio/wav;base64,SUQz"}`:                                        {Part: "input_audio", MediaType: "audio/wav", Bytes: 3},
	} {
		value, err := parseJSON([]byte(part))
		require.NoError(t, err)
		got, ok := fileOf(value)
		assert.True(t, ok)
		assert.Equal(t, want, got, part)
	}
	for _, part := range []string{`{"type":"text","text":"a"}`, `{"type":"thinking","thinking":"a"}`, `{"type":"reference","reference_ids":[1]}`, `{}`, `3`} {
		value, err := parseJSON([]byte(part))
		require.NoError(t, err)
		_, ok := fileOf(value)
		assert.False(t, ok, part)
	}
	// More than what is looked at for the size is counted all the same.
	large := File{Part: "image_url"}
	large.load(dataURL("image/png", make([]byte, headBytes+5)))
	assert.Equal(t, headBytes+5, large.Bytes)
}

func TestShown(t *testing.T) {
	image := `{"type":"image_url","image_url":{"url":"` + pngURL(t, 640, 480) + `"}}`
	document := `{"type":"document_url","document_url":"` + dataURL("application/pdf", []byte("%PDF-1.7")) + `","document_name":"invoice.pdf"}`
	rest := `{"type":"file","file_id":"f-1"},{"type":"input_audio","input_audio":"SUQz"}`
	got := answerTo(t, `{"messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},`+image+`,`+document+`,`+rest+`]}]}`)
	size := strconv.Itoa(len(grayPNG(t, 640, 480)))
	assert.Contains(t, got.Choices[0].Text, "\n\nThis is what I was shown:\n- picture: image/png, 640 by 480 pixels, "+size+" bytes\n- document \"invoice.pdf\": application/pdf, 8 bytes\n"+
		"- file \"f-1\"\n- recording: of unknown type, 3 bytes\n")
	later := answerTo(t, `{"messages":[{"role":"user","content":[`+image+`]},{"role":"assistant","content":"a"},{"role":"user","content":"And what colour has it?"}]}`)
	assert.Contains(t, later.Choices[0].Text, "And what colour has it?\n\nThis is what I was shown:\n- picture: image/png, 640 by 480 pixels")

	// Tokens by the size: 23 columns and 18 rows of 28 pixels; a side of 1540 at most.
	assert.Equal(t, 18*24, File{Width: 640, Height: 480}.tokens())
	assert.Equal(t, 55*56, File{Width: 6000, Height: 6000}.tokens())
	assert.Equal(t, tokensPart, File{}.tokens())
}

func TestFilesRefused(t *testing.T) {
	h, client := local(t, nil)
	imagesOf := func(n int, url string) string {
		part := `{"type":"image_url","image_url":{"url":"` + url + `"}}`
		return `{` + model + `,"messages":[{"role":"user","content":[` + strings.TrimSuffix(strings.Repeat(part+`,`, n), ",") + `]}]}`
	}
	part := func(part string) string {
		return `{` + model + `,"messages":[{"role":"user","content":[` + part + `]}]}`
	}
	wide := encoded(t, 10001, 1)["image/gif"]
	for _, test := range []struct{ body, want string }{
		{imagesOf(8, pngURL(t, 3, 2)), ""},
		{imagesOf(9, pngURL(t, 3, 2)), "Request has 9 images: at most 8 are allowed. "},
		{imagesOf(9, "https://example.com/a.png"), "Request has 9 images: at most 8 are allowed. "},
		{imagesOf(1, "data:image/png;base64,QQ=="), "Image input could not be decoded. "},
		{imagesOf(1, "data:image/png;base64,Q"), "Image input could not be decoded. "},
		{imagesOf(1, dataURL("image/gif", wide)), "Image of 10001x1 pixels is too large: at most 10000x10000 are allowed. "},
		{part(`{"type":"document_url","document_url":"data:application/pdf;base64,?"}`), "Document input could not be decoded. "},
		{part(`{"type":"input_audio","input_audio":"?"}`), "Audio input could not be decoded. "},
	} {
		for _, route := range []azmistral.Route{azmistral.RouteServerlessV1, azmistral.RouteOpenAIV1} {
			got := ask(t, client, realURL(h, route), test.body)
			if test.want == "" {
				assert.Equal(t, 200, got.status, got.body)
				continue
			}
			assert.Equal(t, 400, got.status, test.want)
			assert.Contains(t, got.body, `"message":`+quoted(test.want)+`,"type":"invalid_request_file",`)
			assert.Contains(t, got.body, `3310`)
		}
	}
	lenient, client := local(t, &Options{Lenient: true})
	assert.Equal(t, 200, ask(t, client, realURL(lenient, azmistral.RouteServerlessV1), imagesOf(9, "data:x")).status, "checks nothing")
}
