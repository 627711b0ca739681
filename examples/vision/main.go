// Vision shows pictures and documents to the model.
//
//	go run ./examples/vision
//	go run ./examples/vision photo.jpg invoice.pdf
//	go run ./examples/vision -question "Which colours has it?" photo.jpg
package main

import (
	"embed"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/examples/internal/connect"
	"github.com/azmistral/azmistral/examples/internal/console"
	"github.com/azmistral/azmistral/media"
)

//go:embed house.png offer.pdf
var samples embed.FS

func main() {
	model := flag.String("model", "", "deployment to ask; default $AZURE_MISTRAL_MODEL")
	question := flag.String("question", "What do you see? Answer in one sentence for each file.", "what to ask about the files")
	flag.Parse()
	client, err := connect.Client(azmistral.ClientOptions{Model: *model})
	console.ExitOn(err)
	parts, err := files(flag.Args())
	console.ExitOn(err)
	ctx, stop := console.Interruptible()
	defer stop()

	stream, err := client.ChatStream(ctx, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User(*question, parts...)},
	}, nil)
	console.ExitOn(err)
	defer stream.Close()
	for text, err := range stream.Text() {
		console.ExitOn(err)
		fmt.Print(text)
	}
	fmt.Println()
	console.Note("%s; files cost by their size, whatever the question", console.Tokens(stream.Response().Usage))
}

// files gives the parts of the files that were named; without one, those in this
// folder.
func files(names []string) (parts []azmistral.Part, err error) {
	for _, name := range names {
		part, err := file(os.DirFS(filepath.Dir(name)), filepath.Base(name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		parts = append(parts, part)
	}
	if len(names) > 0 {
		return parts, nil
	}
	picture, err := file(samples, "house.png")
	if err != nil {
		return nil, err
	}
	document, err := file(samples, "offer.pdf")
	return []azmistral.Part{picture, document}, err
}

// file tells a document by its name, and refuses what the service would not take:
// another format, too large a file, too many pixels.
func file(folder fs.FS, name string) (azmistral.Part, error) {
	if strings.EqualFold(filepath.Ext(name), ".pdf") {
		return media.DocumentFile(folder, name, nil)
	}
	return media.ImageFile(folder, name, nil)
}
