package media

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestURL(t *testing.T) {
	const off = " (Unchecked sends it all the same)"
	const none = "it is none that the service could fetch: for a file use ImageFile, for bytes Image, for a page of the web write https:// before it"
	const local = "the service fetches it, and cannot reach a host of this machine or of a private network: read it yourself and use ReadImage" + off
	for text, tt := range map[string]struct {
		rule error
		err  string
	}{
		"https://contoso.com/cat.png":                  {},
		"HTTPS://contoso.com":                          {},
		"https://contoso.com/a b/cat?sig=x&f=.pdf#top": {},
		"https://contoso.com/cat.svg.png":              {},
		"https://8.8.8.8/cat":                          {},

		"":                              {ErrEmpty, "it is empty"},
		" \n":                           {ErrEmpty, "it is empty"},
		"https://contoso.com/cat.png\n": {ErrURL, "it has blanks or line breaks around it"},
		"./cat.png":                     {ErrURL, none},
		"cat.png":                       {ErrURL, none},
		`C:\photos\cat.png`:             {ErrURL, none},
		`\\server\cat.png`:              {ErrURL, none},
		"file:///photos/cat.png":        {ErrURL, none},
		"100%.png":                      {ErrURL, none},
		"contoso.com/cat.png":           {ErrURL, none},
		"iVBORw0KGgo=":                  {ErrURL, none},
		"https:///cat.png":              {ErrURL, "it has no host"},
		"https:cat.png":                 {ErrURL, "it has no host"},
		"https://me:hunter2@contoso.com/cat.png": {ErrURL,
			"it has a user name or a password in it, which would go to the service: use a signed URL, or read it yourself and use ReadImage"},
		"http://contoso.com/cat.png":       {ErrURL, "its scheme is not https, which is what the service fetches: read it yourself and use ReadImage" + off},
		"s3://bucket/cat.png":              {ErrURL, "its scheme is not https, which is what the service fetches: read it yourself and use ReadImage" + off},
		"https://localhost:8080/cat.png":   {ErrURL, local},
		"https://127.0.0.1/cat.png":        {ErrURL, local},
		"https://[::1]/cat.png":            {ErrURL, local},
		"https://192.168.1.7/cat.png":      {ErrURL, local},
		"https://169.254.1.1/":             {ErrURL, local},
		"https://0.0.0.0/":                 {ErrURL, local},
		"https://files.internal./cat.png":  {ErrURL, local},
		"https://NAS.local/cat.png":        {ErrURL, local},
		"https://intranet/cat.png":         {ErrURL, local},
		"https://contoso.com/a.PDF?x=.png": {ErrMediaType, "its path ends in .PDF: use DocumentURL" + off},
		"https://contoso.com/cat.svg":      {ErrMediaType, "its path ends in .svg, and the service takes PNG, JPEG, WEBP or GIF with one frame: draw it as PNG" + off},
	} {
		t.Run(text, func(t *testing.T) {
			part, err := ImageURL(text, &ImageOptions{Detail: "low"})
			sent := &azmistral.ImagePart{URL: text, Detail: "low"}
			if tt.rule == nil {
				require.NoError(t, err)
				assert.Equal(t, sent, part)
			} else {
				assert.Nil(t, part)
				assert.Equal(t, &Error{Source: "image URL", Rule: tt.rule, Message: tt.err}, err)
			}
			part, err = ImageURL(text, &ImageOptions{Detail: "low", Unchecked: true})
			if tt.rule != nil && !strings.HasSuffix(tt.err, off) {
				require.ErrorIs(t, err, tt.rule)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, sent, part)
		})
	}

	document, err := DocumentURL("https://contoso.com/a.pdf", &DocumentOptions{Name: "report"})
	require.NoError(t, err)
	assert.Equal(t, &azmistral.DocumentPart{URL: "https://contoso.com/a.pdf", Name: "report"}, document)
	_, err = DocumentURL("https://contoso.com/a.jpeg", nil)
	assert.EqualError(t, err, "media: document URL: its path ends in .jpeg: use ImageURL"+off)
	_, err = DocumentURL("a.pdf", nil)
	assert.ErrorContains(t, err, "for a file use DocumentFile, for bytes Document")
}

func TestDataURL(t *testing.T) {
	data := encodedPNG(t, 3, 3)
	for len(data)%3 != 1 || !bytes.Contains(data, []byte{0xFB, 0xFF}) { // padded, and with a sign in which the alphabets differ
		data = append(data, 0xFB, 0xFF)
	}
	coded := base64.StdEncoding.EncodeToString(data)
	want := &azmistral.ImagePart{Data: data, MediaType: "image/png"}
	for name, text := range map[string]string{
		"as usual":                          "data:image/png;base64," + coded,
		"no padding":                        "data:image/png;base64," + strings.TrimRight(coded, "="),
		"url alphabet":                      "data:image/png;base64," + base64.URLEncoding.EncodeToString(data),
		"no type":                           "data:;base64," + coded,
		"parameters":                        "data:image/png;a=b;base64," + coded,
		"letters":                           "DATA:Image/PNG;BASE64," + coded,
		"escaped":                           "data:image/png;base64," + url.QueryEscape(coded),
		"escaped, with a line break behind": "data:image/png;base64," + url.QueryEscape(coded+"\r\n"),
		"line breaks":                       "data:image/png;base64," + coded[:40] + "\r\n" + coded[40:],
		"other name":                        "data:image/x-png;base64," + coded,
		"not in base64":                     "data:image/png," + url.PathEscape(string(data)),
	} {
		part, err := ImageURL(text, nil)
		require.NoError(t, err, name)
		assert.Equal(t, want, part, name)
	}
	for text, want := range map[string]string{
		"data:image/png;base64":                    `media: image URL: it is a data: URL without a comma: write "data:image/png;base64," before the data`,
		"data:image/png;base64,":                   "media: image URL: it is a data: URL without data",
		"data:image/png;base64,==":                 "media: image URL: it has no bytes",
		"data:image/png;base64,iVBO!w":             "media: image URL: it is a data: URL whose base64 is broken, or cut short: illegal base64 data at input byte 4",
		"data:image/png;base64,iVBOR":              "media: image URL: it is a data: URL whose base64 is broken, or cut short: illegal base64 data at input byte 4",
		"data:image/png,%zz":                       "media: image URL: it is a data: URL with a broken % in it",
		"data:image/gif;base64," + coded:           "media: image URL: its bytes are image/png, and the URL says another type: correct it, or set MediaType, which goes before it (Unchecked sends it all the same)",
		"data:png;base64," + coded:                 `media: image URL: the URL's media type is none: write it as "image/png"`,
		"data:hunter2/secret;base64," + coded:      "media: image URL: its bytes are image/png, and the URL says another type: correct it, or set MediaType, which goes before it (Unchecked sends it all the same)",
		"data:image/svg+xml,%3Csvg%2F%3E":          "media: image URL: it is SVG, and the service takes PNG, JPEG, WEBP or GIF with one frame: draw it as PNG (Unchecked sends it all the same)",
		"data:application/pdf;base64,JVBERi0xLjc=": "media: image URL: it is PDF: use Document (Unchecked sends it all the same)",
	} {
		_, err := ImageURL(text, nil)
		assert.EqualError(t, err, want, "%.60s", text)
	}
	_, err := ImageURL("data:image/png;base64,"+coded, &ImageOptions{MediaType: "image/gif"})
	assert.EqualError(t, err, "media: image URL: MediaType says image/gif, its bytes are image/png: leave MediaType empty (Unchecked sends it all the same)")
	part, err := ImageURL("data:image/gif;base64,"+coded, &ImageOptions{MediaType: "image/png"})
	require.NoError(t, err)
	assert.Equal(t, want, part)
	part, err = ImageURL("data:image/png;base64,"+coded, &ImageOptions{MediaType: "image/gif", Unchecked: true, Detail: "low"})
	require.NoError(t, err)
	assert.Equal(t, &azmistral.ImagePart{Data: data, MediaType: "image/gif", Detail: "low"}, part)
	document, err := DocumentURL("data:application/pdf;base64,JVBERi0xLjc=", &DocumentOptions{Name: "report"})
	require.NoError(t, err)
	assert.Equal(t, &azmistral.DocumentPart{Data: []byte("%PDF-1.7"), MediaType: "application/pdf", Name: "report"}, document)
}

// No error holds a secret or content of a URL.
func FuzzURL(f *testing.F) {
	f.Add("https://contoso.com/cat.png")
	f.Add("data:image/png;base64,iVBORw0KGgo=")
	f.Add("https://me:hunter2@contoso.com")
	f.Fuzz(func(t *testing.T, text string) {
		for _, marked := range []string{text, "https://q7Zk:q7Zk@" + text, text + "q7Zk"} {
			part, err := ImageURL(marked, nil)
			if err == nil {
				assert.True(t, len(part.Data) > 0 != (part.URL != ""))
				assert.NotContains(t, part.URL, "q7Zk:q7Zk@")
				continue
			}
			assert.NotContains(t, err.Error(), "q7Zk")
			assert.NotContains(t, err.Error(), "\n")
			_, err = ImageURL(marked, &ImageOptions{Unchecked: true})
			if err != nil {
				assert.NotContains(t, err.Error(), "q7Zk")
			}
		}
	})
}
