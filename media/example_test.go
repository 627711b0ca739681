package media_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/media"
)

// A question about a picture and a document.
func Example() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("A bridge over a river. The report is about sales."))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	files := os.DirFS("testdata")
	picture, err := media.ImageFile(files, "bridge.png", nil)
	if err != nil {
		log.Fatal(err) // such as: it is HEIC, …: convert it to JPEG or PNG
	}
	report, err := media.DocumentFile(files, "report.pdf", nil)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("What do these show?", picture, report)},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sandbox.Requests()[0].Last().Parts)
	fmt.Println(resp.Text())
	// Output:
	// [text image_url document_url]
	// A bridge over a river. The report is about sales.
}

// The media type is told from the bytes.
func ExampleImage() {
	data, err := os.ReadFile("testdata/bridge.png")
	if err != nil {
		log.Fatal(err)
	}
	picture, err := media.Image(data, &media.ImageOptions{Detail: "low"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(picture.MediaType, len(picture.Data), picture.Detail)
	// Output:
	// image/png 167 low
}

// What is not a picture is told before it is sent.
func ExampleImage_error() {
	download := []byte("<!DOCTYPE html><title>404 Not Found</title>")
	_, err := media.Image(download, nil)
	fmt.Println(errors.Is(err, media.ErrMediaType))
	fmt.Println(err)
	// Output:
	// true
	// media: image: it is HTML, and the service takes PNG, JPEG, WEBP or GIF with one frame: if it was downloaded it may be an error page: look at that response's status (Unchecked sends it all the same)
}

// A reader, such as the body of an upload, is read no further than the service's
// limit.
func ExampleReadImage() {
	file, err := os.Open("testdata/bridge.png")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	picture, err := media.ReadImage(file, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(picture.MediaType)
	// Output:
	// image/png
}

func ExampleImageFile() {
	picture, err := media.ImageFile(os.DirFS("testdata"), "bridge.png", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(picture.MediaType)

	_, err = media.ImageFile(os.DirFS("testdata"), "report.pdf", nil)
	fmt.Println(err)
	// Output:
	// image/png
	// media: image "report.pdf": it is PDF: use Document (Unchecked sends it all the same)
}

// The service fetches a URL; a data: URL is taken apart here.
func ExampleImageURL() {
	picture, err := media.ImageURL("https://contoso.com/bridge.jpg", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(picture.URL)

	picture, err = media.ImageURL("data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(picture.MediaType, len(picture.Data))

	_, err = media.ImageURL("photos/bridge.jpg", nil)
	fmt.Println(err)
	// Output:
	// https://contoso.com/bridge.jpg
	// image/gif 29
	// media: image URL: it is none that the service could fetch: for a file use ImageFile, for bytes Image, for a page of the web write https:// before it
}

// The model is told the name that is given.
func ExampleDocument() {
	data, err := os.ReadFile("testdata/report.pdf")
	if err != nil {
		log.Fatal(err)
	}
	report, err := media.Document(data, &media.DocumentOptions{Name: "Sales, third quarter"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.MediaType, len(report.Data), report.Name)
	// Output:
	// application/pdf 546 Sales, third quarter
}

// Text needs no document: it goes into the message.
func ExampleReadDocument() {
	note := strings.NewReader("Sales rose by 4 %.")
	_, err := media.ReadDocument(note, nil)
	fmt.Println(err)

	if _, err := note.Seek(0, io.SeekStart); err != nil {
		log.Fatal(err)
	}
	text, err := io.ReadAll(note)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(azmistral.User("Sum this up:\n\n" + string(text)).Text())
	// Output:
	// media: document: it is text, and the service takes PDF: put its text into the message (Unchecked sends it all the same)
	// Sum this up:
	//
	// Sales rose by 4 %.
}

// The file's name goes with it.
func ExampleDocumentFile() {
	report, err := media.DocumentFile(os.DirFS("testdata"), "report.pdf", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Name, report.MediaType)
	// Output:
	// report.pdf application/pdf
}

func ExampleDocumentURL() {
	report, err := media.DocumentURL("https://contoso.com/report.pdf", nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.URL)
	// Output:
	// https://contoso.com/report.pdf
}

// A conversation about pictures may come to have too many of them.
func ExampleCheck() {
	var messages []azmistral.Message
	for range 9 {
		picture, err := media.ImageURL("https://contoso.com/bridge.jpg", nil)
		if err != nil {
			log.Fatal(err)
		}
		messages = append(messages, azmistral.User("And this?", picture), azmistral.Assistant("A bridge."))
	}
	fmt.Println(media.Check(messages))
	// Output:
	// media: request: its messages have 9 images, and the service takes 8: leave out those of earlier turns
}

// An Error can be taken apart, to say it in other words.
func ExampleError() {
	_, err := media.ImageFile(os.DirFS("testdata"), "brigde.png", nil)
	if e, ok := errors.AsType[*media.Error](err); ok {
		fmt.Println(e.Source)
		fmt.Println(errors.Is(e, os.ErrNotExist))
	}
	// Output:
	// image "brigde.png"
	// true
}
