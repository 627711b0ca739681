package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the encoders of the standard library write.

func encodedPNG(t testing.TB, width, height int) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))))
	return b.Bytes()
}

func encodedJPEG(t testing.TB, width, height int) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil))
	return b.Bytes()
}

func encodedGIF(t testing.TB, width, height, frames int) []byte {
	all := &gif.GIF{LoopCount: 3}
	for i := range frames {
		picture := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White, color.Gray{Y: uint8(i)}})
		all.Image, all.Delay = append(all.Image, picture), append(all.Delay, 10)
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, all))
	return b.Bytes()
}

// What it has no encoder for, put together from the formats' documents.

// withChunk puts a chunk behind a PNG's header.
func withChunk(data []byte, name string, body ...byte) []byte {
	const end = 8 + 8 + 13 + 4
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(append(chunk, name...), body...), 0, 0, 0, 0)
	return append(append(bytes.Clone(data[:end]), chunk...), data[end:]...)
}

func apng(t testing.TB, frames byte) []byte {
	return withChunk(encodedPNG(t, 4, 3), "acTL", 0, 0, 0, frames, 0, 0, 0, 0)
}

// webpFile is a file of chunks, which are given by their names and bodies in turn.
func webpFile(chunks ...string) []byte {
	data := []byte("RIFF\x00\x00\x00\x00WEBP")
	for i := 0; i < len(chunks); i += 2 {
		body := chunks[i+1]
		data = binary.LittleEndian.AppendUint32(append(data, chunks[i]...), uint32(len(body)))
		data = append(data, body...)
		if len(body)%2 == 1 {
			data = append(data, 0)
		}
	}
	binary.LittleEndian.PutUint32(data[4:], uint32(len(data)-8))
	return data
}

const (
	vp8      = "\x10\x00\x00\x9d\x01\x2a\x2c\x41\x02\x80" // 300x2, each with a scale
	vp8l     = "\x2f\x2b\x41\x00\x00"                     // 300x2
	vp8x     = "\x00\x00\x00\x00\x2b\x01\x00\x01\x00\x00" // 300x2
	vp8xAnim = "\x02\x00\x00\x00\x2b\x01\x00\x01\x00\x00"
	vp8xHuge = "\x00\x00\x00\x00\x10\x27\x00\x00\x00\x00" // 10001x1
)

func TestShape(t *testing.T) {
	encoded, err := os.ReadFile("testdata/strip.webp") // by an encoder; the others are put together here
	require.NoError(t, err)
	photo := encodedJPEG(t, 30, 20)
	thumbnail := encodedJPEG(t, 3, 2)
	exif := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(2+len(thumbnail)))
	exif = append(exif, thumbnail...)
	for name, tt := range map[string]struct {
		measure func([]byte) shape
		data    []byte
		want    shape
	}{
		"png":                        {measurePNG, encodedPNG(t, 30, 20), shape{30, 20, 0}},
		"png animated":               {measurePNG, apng(t, 5), shape{4, 3, 5}},
		"png animated, one":          {measurePNG, apng(t, 1), shape{4, 3, 1}},
		"png cut in its header":      {measurePNG, encodedPNG(t, 30, 20)[:20], shape{}},
		"png, frames after the data": {measurePNG, withChunk(withChunk(encodedPNG(t, 4, 3), "acTL", 0, 0, 0, 9, 0, 0, 0, 0), "IDAT"), shape{4, 3, 0}},
		"png, frames after the end":  {measurePNG, withChunk(withChunk(encodedPNG(t, 4, 3), "acTL", 0, 0, 0, 9, 0, 0, 0, 0), "IEND"), shape{4, 3, 0}},
		"png, a length over all":     {measurePNG, withChunk(encodedPNG(t, 4, 3)[:33], "abcd")[:33+8], shape{4, 3, 0}},
		"png, sides of 32 bits":      {measurePNG, []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\xff\xff\xff\xff\xff\xff\xff\xfe"), shape{1<<31 - 1, 1<<31 - 1, 0}},

		"jpeg":                       {measureJPEG, photo, shape{30, 20, 0}},
		"jpeg with EXIF before":      {measureJPEG, append(exif, photo[2:]...), shape{30, 20, 0}},
		"jpeg progressive":           {measureJPEG, bytes.Replace(photo, []byte{0xFF, 0xC0}, []byte{0xFF, 0xC2}, 1), shape{30, 20, 0}},
		"jpeg arithmetic":            {measureJPEG, bytes.Replace(photo, []byte{0xFF, 0xC0}, []byte{0xFF, 0xC9}, 1), shape{30, 20, 0}},
		"jpeg, filled and disturbed": {measureJPEG, append([]byte{0xFF, 0xD8, 7, 7, 0xFF, 0x00, 0xFF, 0xD3, 0xFF, 0xFF, 0xFF}, photo[3:]...), shape{30, 20, 0}},
		"jpeg without a frame":       {measureJPEG, []byte("\xff\xd8\xff\xe0\x00\x04ab\xff\xda\x00\x02\xff\xc0\x00\x0b\x08\x00\x01\x00\x01"), shape{}},
		"jpeg, a table is no frame":  {measureJPEG, []byte("\xff\xd8\xff\xc4\x00\x0b\x08\x00\x01\x00\x01ab\x00\x00\xff\xd9"), shape{}},
		"jpeg cut in a frame":        {measureJPEG, []byte("\xff\xd8\xff\xc0\x00\x0b\x08\x00\x01"), shape{}},
		"jpeg, a length of nothing":  {measureJPEG, []byte("\xff\xd8\xff\xe0\x00\x00\xff\xe0\x00\x00"), shape{}},

		"gif":                {measureGIF, encodedGIF(t, 30, 20, 1), shape{30, 20, 1}},
		"gif animated":       {measureGIF, encodedGIF(t, 30, 20, 4), shape{30, 20, 4}},
		"gif, only a header": {measureGIF, encodedGIF(t, 30, 20, 4)[:13], shape{30, 20, 0}},
		"gif cut":            {measureGIF, []byte("GIF89a\x01"), shape{}},

		"webp by an encoder":          {measureWEBP, encoded, shape{300, 2, 0}},
		"webp":                        {measureWEBP, webpFile("VP8 ", vp8), shape{300, 2, 0}},
		"webp lossless":               {measureWEBP, webpFile("VP8L", vp8l), shape{300, 2, 0}},
		"webp extended":               {measureWEBP, webpFile("VP8X", vp8x, "ICCP", "odd", "VP8L", vp8l), shape{300, 2, 0}},
		"webp extended, other canvas": {measureWEBP, webpFile("VP8X", vp8xHuge, "VP8L", vp8l), shape{10001, 1, 0}},
		"webp animated":               {measureWEBP, webpFile("VP8X", vp8xAnim, "ANIM", "123456", "ANMF", "odd", "ANMF", "even"), shape{300, 2, 2}},
		"webp animated, one":          {measureWEBP, webpFile("VP8X", vp8xAnim, "ANIM", "123456", "ANMF", "odd"), shape{300, 2, 1}},
		"webp behind another chunk":   {measureWEBP, webpFile("JUNK", "odd", "VP8 ", vp8), shape{300, 2, 0}},
		"webp, no key frame":          {measureWEBP, webpFile("VP8 ", "\x11"+vp8[1:]), shape{}},
		"webp, no start code":         {measureWEBP, webpFile("VP8 ", vp8[:5]+"\x2b"+vp8[6:]), shape{}},
		"webp, no signature":          {measureWEBP, webpFile("VP8L", "\x2e"+vp8l[1:]), shape{}},
		"webp cut":                    {measureWEBP, webpFile("VP8X", vp8x)[:25], shape{}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, tt.measure(tt.data)) })
	}
}

// Whatever the bytes are: no panic and an end, and where the standard library reads
// the header, the same size and as many frames.
func FuzzShape(f *testing.F) {
	for _, data := range [][]byte{
		encodedPNG(f, 30, 20), apng(f, 2), encodedJPEG(f, 30, 20), encodedGIF(f, 3, 2, 1), encodedGIF(f, 3, 2, 3),
		webpFile("VP8 ", vp8), webpFile("VP8L", vp8l), webpFile("VP8X", vp8xAnim, "ANMF", "odd"),
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range formats {
			if format.measure == nil {
				continue
			}
			got := format.measure(data)
			assert.True(t, got.width >= 0 && got.height >= 0 && got.frames >= 0 && got.frames < 1<<31, "%s: %+v", format.name, got)
			if want, ok := standardShape(format.name, data); ok {
				got.frames = 0 // it does not tell them there
				assert.Equal(t, want, got, format.name)
			}
		}
		sniff(data)
	})
}

// standardShape is what the standard library reads; false where it reads nothing.
func standardShape(name string, data []byte) (shape, bool) {
	read := map[string]func(*bytes.Reader) (image.Config, error){
		"PNG":  func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) },
		"JPEG": func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) },
		"GIF":  func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) },
	}[name]
	if read == nil {
		return shape{}, false
	}
	config, err := read(bytes.NewReader(data))
	if err != nil {
		return shape{}, false
	}
	return shape{width: config.Width, height: config.Height}, true
}

// Frames are counted as the standard library decodes them.
func FuzzFrames(f *testing.F) {
	f.Add(encodedGIF(f, 3, 2, 1))
	f.Add(encodedGIF(f, 5, 5, 6))
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := gif.DecodeConfig(bytes.NewReader(data))
		if err != nil || config.Width*config.Height > 1<<12 || len(data) > 1<<14 {
			return
		}
		all, err := gif.DecodeAll(bytes.NewReader(data))
		if err == nil {
			assert.Equal(t, len(all.Image), measureGIF(data).frames)
		}
	})
}
