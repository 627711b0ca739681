// Other clients beside azmistral, for what they cost. It has a module of its own, so
// that no user of azmistral gets them into their module graph.
module github.com/azmistral/azmistral/internal/bench

go 1.26.0

require (
	github.com/Azure/azure-sdk-for-go/sdk/azcore v1.24.0
	github.com/azmistral/azmistral v0.0.0
)

require (
	github.com/Azure/azure-sdk-for-go/sdk/internal v1.13.0 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/azmistral/azmistral => ../..
