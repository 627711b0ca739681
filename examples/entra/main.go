// Entra signs in with Microsoft Entra ID, in the way of the place where it runs.
//
//	go run ./examples/entra                                the sandbox and its tokens: no account
//	go run ./examples/entra -as developer                  az login, azd auth login
//	go run ./examples/entra -as managed [-client-id ID]    in Azure: App Service, Functions, a VM
//	go run ./examples/entra -as workload                   in Kubernetes, with workload identity
//
// All but the first need AZURE_MISTRAL_ENDPOINT, and mostly AZURE_MISTRAL_MODEL.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/examples/internal/console"
)

func main() {
	endpoint, place := os.Getenv("AZURE_MISTRAL_ENDPOINT"), "sandbox"
	if endpoint != "" {
		place = "developer"
	}
	flag.StringVar(&place, "as", place, "sandbox, developer, managed or workload")
	clientID := flag.String("client-id", "", "of a user-assigned managed identity; default: the system-assigned one")
	flag.Parse()
	options := azmistral.ClientOptions{Model: os.Getenv("AZURE_MISTRAL_MODEL")}
	switch place {
	case "sandbox":
		service := azmistraltest.NewHandler(nil)
		endpoint = service.URL(azmistral.RouteOpenAIV1)
		options.Model, options.Transport = azmistraltest.Deployment, service.Transport()
	case "developer", "managed", "workload":
		if endpoint == "" {
			console.ExitOn(errors.New("entra: set AZURE_MISTRAL_ENDPOINT: without it there is only the sandbox to ask"))
		}
	default:
		fmt.Fprintf(os.Stderr, "entra: there is no sign-in as %q\n", place)
		flag.Usage()
		os.Exit(2)
	}
	credential, err := credentialOf(place, *clientID)
	console.ExitOn(err)
	console.ExitOn(ask(endpoint, credential, &options, place))
	if place == "sandbox" {
		fmt.Println("\nThe same with a token for another service:")
		elsewhere := &azmistraltest.TokenCredential{Audience: "https://management.azure.com"}
		fmt.Println(ask(endpoint, elsewhere, &options, place))
		fmt.Println("\nAnd with an identity that has no role on the resource:")
		fmt.Println(ask(endpoint, &azmistraltest.TokenCredential{NoRole: true}, &options, place))
	}
}

// credentialOf gives the credential of a place. One is enough for a program: it
// keeps its token and renews it in time.
func credentialOf(place, clientID string) (azcore.TokenCredential, error) {
	switch place {
	case "sandbox":
		return azmistraltest.NewTokenCredential(), nil
	case "managed":
		var options azidentity.ManagedIdentityCredentialOptions
		if clientID != "" {
			options.ID = azidentity.ClientID(clientID)
		}
		return azidentity.NewManagedIdentityCredential(&options)
	case "workload": // reads AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE
		return azidentity.NewWorkloadIdentityCredential(nil)
	}
	return azidentity.NewDefaultAzureCredential(nil)
}

func ask(endpoint string, credential azcore.TokenCredential, options *azmistral.ClientOptions, place string) error {
	client, err := azmistral.NewClient(endpoint, credential, options)
	if err != nil {
		return err
	}
	console.Note("Entra ID as %s, token scope %s: %s", place, client.Endpoint().TokenScope, client.Endpoint().URL)
	resp, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Say hello in French.")},
	}, nil)
	if err == nil {
		fmt.Println(resp.Text())
	}
	return err
}
