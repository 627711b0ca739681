// Azopenai makes one call with that client, for what it weighs.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/ai/azopenai"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

func main() {
	key := azcore.NewKeyCredential(os.Getenv("AZURE_MISTRAL_KEY"))
	client, err := azopenai.NewClientWithKeyCredential(os.Getenv("AZURE_MISTRAL_ENDPOINT"), key, nil)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.GetChatCompletions(context.Background(), azopenai.ChatCompletionsOptions{
		DeploymentName: new(os.Getenv("AZURE_MISTRAL_MODEL")),
		Messages: []azopenai.ChatRequestMessageClassification{
			&azopenai.ChatRequestUserMessage{Content: azopenai.NewChatRequestUserMessageContent("Hello")},
		},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, choice := range resp.Choices {
		if choice.Message != nil && choice.Message.Content != nil {
			fmt.Println(*choice.Message.Content)
		}
	}
}
