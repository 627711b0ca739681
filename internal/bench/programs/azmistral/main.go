// Azmistral makes one call with the client, for what that weighs.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
)

func main() {
	key := azcore.NewKeyCredential(os.Getenv("AZURE_MISTRAL_KEY"))
	client, err := azmistral.NewClientWithKeyCredential(os.Getenv("AZURE_MISTRAL_ENDPOINT"), key, nil)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Model:    os.Getenv("AZURE_MISTRAL_MODEL"),
		Messages: []azmistral.Message{azmistral.User("Hello")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Text())
}
