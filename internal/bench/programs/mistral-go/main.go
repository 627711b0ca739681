// Mistral-go makes one call with that client, for what it weighs.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/gage-technologies/mistral-go"
)

func main() {
	client := mistral.NewMistralClient(os.Getenv("AZURE_MISTRAL_KEY"), os.Getenv("AZURE_MISTRAL_ENDPOINT"), 0, 0)
	messages := []mistral.ChatMessage{{Role: mistral.RoleUser, Content: "Hello"}}
	resp, err := client.Chat(os.Getenv("AZURE_MISTRAL_MODEL"), messages, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, choice := range resp.Choices {
		fmt.Println(choice.Message.Content)
	}
}
