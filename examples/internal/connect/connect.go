// Package connect makes the client that the examples ask, from the environment:
//
//	nothing set                               the sandbox, inside the program
//	AZURE_MISTRAL_ENDPOINT, AZURE_MISTRAL_KEY that endpoint, with the key
//	AZURE_MISTRAL_ENDPOINT                    that endpoint, with Entra ID: az login, or what
//	                                          azidentity.DefaultAzureCredential finds
//	AZURE_MISTRAL_MODEL                       the deployment's name, where requests have to name one
package connect

import (
	"errors"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/examples/internal/console"
)

// Client gives the client, and says in one line on standard error which it is. It
// changes no options; a Model in them wins over AZURE_MISTRAL_MODEL.
func Client(options azmistral.ClientOptions) (*azmistral.Client, error) {
	client, which, err := fromEnvironment(options)
	if err != nil {
		return nil, err
	}
	console.Note("%s: %s", which, client.Endpoint().URL)
	return client, nil
}

func fromEnvironment(options azmistral.ClientOptions) (client *azmistral.Client, which string, err error) {
	endpoint, key := os.Getenv("AZURE_MISTRAL_ENDPOINT"), os.Getenv("AZURE_MISTRAL_KEY")
	if endpoint == "" && key != "" {
		return nil, "", errors.New("AZURE_MISTRAL_KEY is set, but AZURE_MISTRAL_ENDPOINT is not: set both, or none to ask the sandbox")
	}
	if endpoint == "" {
		client, err = azmistraltest.NewHandler(nil).Client(azmistral.RouteServerlessV1, &options)
		return client, "sandbox, inside this program", err
	}
	if options.Model == "" {
		options.Model = os.Getenv("AZURE_MISTRAL_MODEL")
	}
	options.InsecureAllowCredentialWithHTTP = isLoopback(endpoint)
	if key != "" {
		client, err = azmistral.NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(key), &options)
		return client, "key", err
	}
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	if err != nil {
		return nil, "", err
	}
	client, err = azmistral.NewClient(endpoint, credential, &options)
	return client, "Entra ID", err
}

// isLoopback says whether the endpoint is on this machine, as examples/sandbox is:
// only there may a credential travel over plain http.
func isLoopback(endpoint string) bool {
	u, err := url.Parse(strings.TrimSpace(endpoint))
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && address.IsLoopback()
}
