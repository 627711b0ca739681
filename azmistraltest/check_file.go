package azmistraltest

import "fmt"

// What Mistral's documentation allows of images.
const (
	maxImages = 8
	maxPixels = 10000 // of either side
)

// checkFiles looks at pictures, documents and recordings that came as data. The code
// and the words for audio are recorded; the words for the others, and that too many
// images and too large ones are refused in this way, are an assumption.
func checkFiles(r *Request) *refusal {
	wrong := func(format string, values ...any) *refusal {
		return invalid("3310", "invalid_request_file", fmt.Sprintf(format, values...))
	}
	images := 0
	for _, m := range r.Messages {
		for _, f := range m.Files {
			switch {
			case f.Part == "input_audio" && f.Bytes < 0:
				return wrong("Audio input could not be decoded. ")
			case f.Part == "document_url" && f.Bytes < 0:
				return wrong("Document input could not be decoded. ")
			case f.Part != "image_url":
				continue
			case f.URL == "" && f.Width == 0:
				return wrong("Image input could not be decoded. ")
			case f.Width > maxPixels || f.Height > maxPixels:
				return wrong("Image of %dx%d pixels is too large: at most %dx%d are allowed. ", f.Width, f.Height, maxPixels, maxPixels)
			}
			images++
		}
	}
	if images > maxImages {
		return wrong("Request has %d images: at most %d are allowed. ", images, maxImages)
	}
	return nil
}
