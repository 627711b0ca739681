package media

import (
	"bytes"
	"net/http"
	"path"
	"slices"
	"strings"
)

// kind is what an image and a document differ in.
type kind struct {
	name  string // in errors, and how the names of its functions begin
	most  int    // bytes
	takes string // the formats that the service takes
}

var (
	images    = &kind{"image", 20 << 20, "PNG, JPEG, WEBP or GIF with one frame"}
	documents = &kind{"document", 50 << 20, "PDF"}
)

// function is the name of one of the kind's functions: Image, ReadImage, ….
func (k *kind) function(before, after string) string {
	return before + strings.ToUpper(k.name[:1]) + k.name[1:] + after
}

// format is a row of the table of media types.
type format struct {
	mediaType  string
	name       string // in errors
	extensions string // of files, each with its dot and a blank behind it
	kind       *kind  // the one that takes it; nil: none
	measure    func(data []byte) shape
	advice     string // for formats that none takes
	byName     bool   // the bytes tell no more than "a zip" or "text": a file's name does
}

const (
	toPicture = "convert it to JPEG or PNG"
	toPDF     = "save it as PDF"
	toText    = "put its text into the message"
)

// formats are the media types that this package knows.
var formats = []*format{
	{mediaType: "image/png", name: "PNG", extensions: ".png .apng ", kind: images, measure: measurePNG},
	{mediaType: "image/jpeg", name: "JPEG", extensions: ".jpg .jpeg .jpe .jfif ", kind: images, measure: measureJPEG},
	{mediaType: "image/webp", name: "WEBP", extensions: ".webp ", kind: images, measure: measureWEBP},
	{mediaType: "image/gif", name: "GIF", extensions: ".gif ", kind: images, measure: measureGIF},
	{mediaType: "application/pdf", name: "PDF", extensions: ".pdf ", kind: documents},

	{mediaType: "image/heic", name: "HEIC", extensions: ".heic ", advice: toPicture},
	{mediaType: "image/heic-sequence", name: "an HEIC sequence", extensions: ".heics ", advice: toPicture},
	{mediaType: "image/heif", name: "HEIF", extensions: ".heif ", advice: toPicture},
	{mediaType: "image/heif-sequence", name: "an HEIF sequence", extensions: ".heifs ", advice: toPicture},
	{mediaType: "image/avif", name: "AVIF", extensions: ".avif ", advice: toPicture},
	{mediaType: "image/tiff", name: "TIFF", extensions: ".tif .tiff ", advice: toPicture},
	{mediaType: "image/bmp", name: "BMP", extensions: ".bmp ", advice: toPicture},
	{mediaType: "image/x-icon", name: "an icon", extensions: ".ico .cur ", advice: toPicture},
	{mediaType: "image/svg+xml", name: "SVG", extensions: ".svg ", advice: "draw it as PNG"},

	{mediaType: "text/html", name: "HTML", extensions: ".html .htm ", advice: "if it was downloaded it may be an error page: look at that response's status"},
	{mediaType: "text/plain", name: "text", extensions: ".txt ", advice: toText},
	{mediaType: "text/xml", name: "XML", extensions: ".xml ", advice: toText},
	{mediaType: "text/markdown", name: "Markdown", extensions: ".md .markdown ", advice: toText, byName: true},
	{mediaType: "text/csv", name: "CSV", extensions: ".csv ", advice: toText, byName: true},
	{mediaType: "application/json", name: "JSON", extensions: ".json ", advice: toText, byName: true},

	{mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", name: "a Word document", extensions: ".docx ", advice: toPDF, byName: true},
	{mediaType: "application/vnd.openxmlformats-officedocument.presentationml.presentation", name: "a PowerPoint presentation", extensions: ".pptx ", advice: toPDF, byName: true},
	{mediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name: "an Excel workbook", extensions: ".xlsx ", advice: toPDF, byName: true},
	{mediaType: "application/vnd.oasis.opendocument.text", name: "an OpenDocument text", extensions: ".odt ", advice: toPDF, byName: true},
	{mediaType: "application/epub+zip", name: "EPUB", extensions: ".epub ", advice: toPDF, byName: true},
	{mediaType: "application/msword", name: "an old Word document", extensions: ".doc ", advice: toPDF, byName: true},
	{mediaType: "application/rtf", name: "RTF", extensions: ".rtf ", advice: toPDF, byName: true},
	{mediaType: "application/postscript", name: "PostScript", extensions: ".ps .eps ", advice: toPDF},

	{mediaType: "application/zip", name: "a zip", extensions: ".zip ", advice: "unpack it; an office document is to be saved as PDF"},
	{mediaType: "application/x-gzip", name: "gzip", extensions: ".gz ", advice: "unpack it"},
}

// unknown is what nobody can tell the type of.
var unknown = &format{mediaType: "application/octet-stream", name: "of no type that its bytes tell", advice: "look at where it came from"}

// otherNames are media types that are written for another one.
var otherNames = map[string]string{
	"image/jpg":         "image/jpeg",
	"image/pjpeg":       "image/jpeg",
	"image/x-png":       "image/png",
	"image/apng":        "image/png",
	"application/x-pdf": "application/pdf",
}

// identify tells the format from the bytes, and from the file's name where they
// leave it open. A media type without a row gets one of its own.
func identify(data []byte, name string) *format {
	found := formatOf(sniff(data))
	switch found.mediaType {
	case "application/zip", "text/plain", "text/xml", unknown.mediaType:
		if named := formatByExtension(name); named != nil && named.byName {
			return named
		}
	}
	return found
}

func formatOf(mediaType string) *format {
	if mediaType == unknown.mediaType {
		return unknown
	}
	if i := slices.IndexFunc(formats, func(f *format) bool { return f.mediaType == mediaType }); i >= 0 {
		return formats[i]
	}
	return &format{mediaType: mediaType, name: mediaType, advice: "look at where it came from"}
}

// formatByExtension is the format that a file's name promises; nil: none.
func formatByExtension(name string) *format {
	extension := strings.ToLower(path.Ext(name))
	if extension == "" {
		return nil
	}
	for _, f := range formats {
		if strings.Contains(f.extensions, extension+" ") {
			return f
		}
	}
	return nil
}

// looksAt is how many bytes at the beginning tell a type, at most. A PDF's header
// may come that late.
const looksAt = 1024

// sniff gives the media type without parameters: what net/http finds, and what it
// does not know.
func sniff(data []byte) string {
	data = data[:min(len(data), looksAt)]
	if mediaType := sniffBrand(data); mediaType != "" {
		return mediaType
	}
	if bytes.HasPrefix(data, []byte("II*\x00")) || bytes.HasPrefix(data, []byte("MM\x00*")) {
		return "image/tiff"
	}
	if isSVG(data) {
		return "image/svg+xml"
	}
	mediaType, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if (mediaType == unknown.mediaType || mediaType == "text/plain") && bytes.Contains(data, []byte("%PDF-")) {
		return "application/pdf" // with something before its header, which readers of PDF allow
	}
	return mediaType
}

// sniffBrand looks for the brands of the HEIF family: the major one and the
// compatible ones of the ftyp box that the file begins with.
func sniffBrand(data []byte) string {
	if len(data) < 12 || string(data[4:8]) != "ftyp" {
		return ""
	}
	end := min(len(data), int(data[2])<<8|int(data[3])) // a longer box is no picture's
	brands := []string{string(data[8:12])}
	for i := 16; i+4 <= end; i += 4 { // after the minor version
		brands = append(brands, string(data[i:i+4]))
	}
	for _, row := range heifBrands {
		for _, brand := range row.brands {
			if slices.Contains(brands, brand) {
				return row.mediaType
			}
		}
	}
	return ""
}

// heifBrands has what says more before what says less: nearly every file of the
// family also carries mif1.
var heifBrands = []struct {
	mediaType string
	brands    []string
}{
	{"image/avif", []string{"avif", "avis"}},
	{"image/heic", []string{"heic", "heix", "heim", "heis"}},
	{"image/heic-sequence", []string{"hevc", "hevx"}},
	{"image/heif", []string{"mif1"}},
	{"image/heif-sequence", []string{"msf1"}},
}

// isSVG says whether the bytes are XML with an svg element. A page of HTML may hold
// one too.
func isSVG(data []byte) bool {
	text := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if bytes.HasPrefix(text, []byte("<svg")) {
		return true
	}
	xml := bytes.HasPrefix(text, []byte("<?xml")) || bytes.HasPrefix(text, []byte("<!--")) || bytes.HasPrefix(text, []byte("<!DOCTYPE svg"))
	return xml && bytes.Contains(text, []byte("<svg")) && !bytes.Contains(bytes.ToLower(text), []byte("<html"))
}
