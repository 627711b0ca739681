package azmistral

import (
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// Client sends chat requests to one endpoint.
type Client struct{}

func NewClient(endpoint string, credential azcore.TokenCredential, options *ClientOptions) (*Client, error) {
	panic("client")
}

func NewClientWithKeyCredential(endpoint string, credential *azcore.KeyCredential, options *ClientOptions) (*Client, error) {
	panic("client")
}

func (c *Client) Endpoint() Endpoint { panic("client") }
