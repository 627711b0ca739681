// Azcore makes one call with azcore alone, for what that weighs.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

func main() {
	key := azcore.NewKeyCredential(os.Getenv("AZURE_MISTRAL_KEY"))
	client, err := azcore.NewClient("size", "v0.0.0", runtime.PipelineOptions{
		PerRetry: []policy.Policy{runtime.NewKeyCredentialPolicy(key, "api-key", nil)},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	req, err := runtime.NewRequest(context.Background(), http.MethodPost, os.Getenv("AZURE_MISTRAL_ENDPOINT"))
	if err != nil {
		log.Fatal(err)
	}
	err = runtime.MarshalAsJSON(req, map[string]any{
		"model":    os.Getenv("AZURE_MISTRAL_MODEL"),
		"messages": []map[string]string{{"role": "user", "content": "Hello"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Pipeline().Do(req)
	if err != nil {
		log.Fatal(err)
	}
	if !runtime.HasStatusCode(resp, http.StatusOK) {
		log.Fatal(runtime.NewResponseError(resp))
	}
	var answer struct {
		Choices []struct {
			Message struct{ Content string }
		}
	}
	if err := runtime.UnmarshalAsJSON(resp, &answer); err != nil {
		log.Fatal(err)
	}
	for _, choice := range answer.Choices {
		fmt.Println(choice.Message.Content)
	}
}
