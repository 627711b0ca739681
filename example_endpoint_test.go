package azmistral_test

import (
	"fmt"

	"github.com/azmistral/azmistral"
)

// What the portal shows can be pasted as it is.
func ExampleParseEndpoint() {
	for _, text := range []string{
		"https://contoso.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
		"contoso.openai.azure.com",
		"https://contoso.openai.azure.com/openai/deployments/mistral-large",
		"https://mistral-small.eastus2.models.ai.azure.com",
	} {
		endpoint, err := azmistral.ParseEndpoint(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(endpoint.Route, endpoint.URL)
	}
	// Output:
	// models https://contoso.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview
	// openai-v1 https://contoso.openai.azure.com/openai/v1/chat/completions
	// deployments https://contoso.openai.azure.com/openai/deployments/mistral-large/chat/completions?api-version=2024-10-21
	// serverless-v1 https://mistral-small.eastus2.models.ai.azure.com/v1/chat/completions
}

// An endpoint prints as one line, with what decides a sign-in.
func ExampleParseEndpoint_string() {
	endpoint, err := azmistral.ParseEndpoint("https://contoso.services.ai.azure.us/api/projects/support")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(endpoint)
	// Output:
	// openai-v1 https://contoso.services.ai.azure.us/api/projects/support/openai/v1/chat/completions (key header api-key, token scope https://ai.azure.us/.default)
}

// What can't be understood for sure is an error that says what to write.
func ExampleParseEndpoint_error() {
	for _, text := range []string{
		"https://ai.azure.com/resource/deployments",
		"https://contoso.openai.azure.com/openai",
		"localhost:8080",
	} {
		_, err := azmistral.ParseEndpoint(text)
		fmt.Println(err)
	}
	// Output:
	// azmistral: endpoint ai.azure.com is a page of the Foundry portal: copy your deployment's "Target URI", or the project's endpoint, from it
	// azmistral: endpoint https://contoso.openai.azure.com: the path stops in the middle; write …/openai/v1, or …/openai/deployments/<deployment>
	// azmistral: endpoint localhost:8080 is on this machine and has no scheme: write http://localhost:8080 or https://localhost:8080
}
