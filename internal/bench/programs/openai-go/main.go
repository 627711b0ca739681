// Openai-go makes one call with that client, for what it weighs.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func main() {
	client := openai.NewClient(
		option.WithBaseURL(os.Getenv("AZURE_MISTRAL_ENDPOINT")),
		option.WithAPIKey(os.Getenv("AZURE_MISTRAL_KEY")),
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
