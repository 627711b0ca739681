package azmistral_test

import (
	"fmt"
	"log"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/azmistral/azmistral"
)

// Sign-in with Entra ID. DefaultAzureCredential is for development; in Azure use
// the credential of the place, such as a managed identity.
func ExampleNewClient() {
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	if err != nil {
		log.Fatal(err)
	}
	client, err := azmistral.NewClient("https://contoso.services.ai.azure.com", credential, &azmistral.ClientOptions{
		Model: "mistral-large-3", // the deployment's name
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Endpoint().TokenScope)
	// Output:
	// https://ai.azure.com/.default
}

func ExampleNewClient_managedIdentity() {
	credential, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ID: azidentity.ClientID("11111111-2222-3333-4444-555555555555"), // leave out for the system-assigned one
	})
	if err != nil {
		log.Fatal(err)
	}
	client, err := azmistral.NewClient("https://mistral-small.eastus2.models.ai.azure.com", credential, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Endpoint().TokenScope)
	// Output:
	// https://ml.azure.com/.default
}

func ExampleNewClientWithKeyCredential() {
	key := azcore.NewKeyCredential("your-key")
	client, err := azmistral.NewClientWithKeyCredential("https://contoso.services.ai.azure.com/models", key, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Endpoint())
	// Output:
	// models https://contoso.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview (key header api-key, token scope https://cognitiveservices.azure.com/.default)
}

// A gateway hides the place behind it: say what it is, and where the key goes.
func ExampleClientOptions_gateway() {
	key := azcore.NewKeyCredential("your-subscription-key")
	client, err := azmistral.NewClientWithKeyCredential("https://api.contoso.com/mistral/openai/v1", key, &azmistral.ClientOptions{
		Model:     "mistral-large-3",
		Route:     azmistral.RouteOpenAIV1,
		KeyHeader: "Ocp-Apim-Subscription-Key",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Endpoint().URL, client.Endpoint().KeyHeader)
	// Output:
	// https://api.contoso.com/mistral/openai/v1/chat/completions Ocp-Apim-Subscription-Key
}

// Bounds of time and of retries, for a program that answers people.
func ExampleClientOptions_patience() {
	options := azmistral.ClientOptions{
		StartTimeout: 2 * time.Minute,  // each send, until the answer begins
		IdleTimeout:  20 * time.Second, // silence within the answer
	}
	options.Retry.MaxRetries = 2                  // 3 sends in all; less than 0: one send
	options.Retry.MaxRetryDelay = 5 * time.Second // longer waits are returned in Error.RetryAfter
	key := azcore.NewKeyCredential("your-key")
	client, err := azmistral.NewClientWithKeyCredential("https://contoso.services.ai.azure.com", key, &options)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client)
	// Output:
	// azmistral.Client(openai-v1 https://contoso.services.ai.azure.com/openai/v1/chat/completions (key header api-key, token scope https://ai.azure.com/.default))
}
