// Openai-go-azure makes one call with openai-go and its azure package, for what they weigh.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"
)

func main() {
	client := openai.NewClient(
		azure.WithEndpoint(os.Getenv("AZURE_MISTRAL_ENDPOINT"), "2024-10-21"),
		azure.WithAPIKey(os.Getenv("AZURE_MISTRAL_KEY")),
	)
	completion, err := client.Chat.Completions.New(context.Background(), openai.ChatCompletionNewParams{
		Model:    os.Getenv("AZURE_MISTRAL_MODEL"),
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Hello")},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, choice := range completion.Choices {
		fmt.Println(choice.Message.Content)
	}
}
