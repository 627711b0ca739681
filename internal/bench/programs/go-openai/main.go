// Go-openai makes one call with that client, for what it weighs.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/sashabaranov/go-openai"
)

func main() {
	config := openai.DefaultConfig(os.Getenv("AZURE_MISTRAL_KEY"))
	config.BaseURL = os.Getenv("AZURE_MISTRAL_ENDPOINT")
	resp, err := openai.NewClientWithConfig(config).CreateChatCompletion(context.Background(), openai.ChatCompletionRequest{
		Model:    os.Getenv("AZURE_MISTRAL_MODEL"),
		Messages: []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleUser, Content: "Hello"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, choice := range resp.Choices {
		fmt.Println(choice.Message.Content)
	}
}
