// Structured reads an invoice out of an e-mail into a Go value.
//
//	go run ./examples/structured
//	go run ./examples/structured mail.txt
//	go run ./examples/structured -watch       # the value while it comes
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/examples/internal/connect"
	"github.com/azmistral/azmistral/examples/internal/console"
	"github.com/azmistral/azmistral/structured"
)

// Invoice is what is asked for: the schema is made of it, and the answer held
// against it.
type Invoice struct {
	Supplier string  `json:"supplier" minLength:"1"`
	Number   string  `json:"invoice_number" jsonschema:"as printed, letters too"`
	Due      string  `json:"due_date" format:"date"`
	Currency string  `json:"currency" enum:"EUR,USD,GBP"`
	Lines    []Line  `json:"lines" minItems:"1"`
	Total    float64 `json:"total" minimum:"0"`
	Discount *string `json:"discount"` // nil: the mail says nothing of one
}

// Line is one thing that was bought.
type Line struct {
	Item     string  `json:"item"`
	Quantity int     `json:"quantity" minimum:"1"`
	Price    float64 `json:"price" jsonschema:"of one, without currency"`
}

//go:embed mail.txt
var mail string

func main() {
	model := flag.String("model", "", "deployment to ask; default $AZURE_MISTRAL_MODEL")
	watch := flag.Bool("watch", false, "write the value while it comes")
	flag.Parse()
	if name := flag.Arg(0); name != "" {
		text, err := os.ReadFile(name)
		console.ExitOn(err)
		mail = string(text)
	}
	client, err := connect.Client(azmistral.ClientOptions{Model: *model})
	console.ExitOn(err)
	ctx, stop := console.Interruptible()
	defer stop()

	req := azmistral.ChatRequest{Messages: []azmistral.Message{
		azmistral.System("Read the invoice out of the user's e-mail. Take every value from the mail, and invent none."),
		azmistral.User(mail),
	}}
	ask := once
	if *watch {
		ask = watched
	}
	invoice, err := ask(ctx, client, req)
	if wrong, ok := errors.AsType[*structured.OutputError](err); ok {
		console.Note("what the model wrote: %s", wrong.Text) // it was paid for
	}
	console.ExitOn(err)
	fmt.Printf("%s of %s, due on %s\n", invoice.Number, invoice.Supplier, invoice.Due)
	for _, line := range invoice.Lines {
		fmt.Printf("%4d  %-20s %9.2f %s\n", line.Quantity, line.Item, line.Price, invoice.Currency)
	}
	fmt.Printf("%36.2f %s\n", invoice.Total, invoice.Currency)
}

// once gives the value when it is whole. A model that was wrong is told so, once.
func once(ctx context.Context, client *azmistral.Client, req azmistral.ChatRequest) (Invoice, error) {
	invoice, _, err := structured.Chat[Invoice](ctx, client, req, &structured.Options{Repairs: 1})
	return invoice, err
}

// watched writes how many lines there are so far. Only the last view is whole.
func watched(ctx context.Context, client *azmistral.Client, req azmistral.ChatRequest) (invoice Invoice, err error) {
	for view, err := range structured.Stream[Invoice](ctx, client, req, nil) {
		if err != nil {
			return invoice, err
		}
		if !view.Complete && len(view.Value.Lines) > len(invoice.Lines) {
			console.Note("so far: invoice %s, %d line(s)", view.Value.Number, len(view.Value.Lines))
		}
		invoice = view.Value
	}
	return invoice, nil
}
