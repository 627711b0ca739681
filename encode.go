package azmistral

import "github.com/azmistral/azmistral/internal/route"

// encodeRequest writes the body of a chat request in row's names. passThrough
// says that it holds fields for which the route needs the extra-parameters
// header. Its errors say what is wrong with the request, in words for an Error
// of kind ErrInvalidRequest.
func encodeRequest(req *ChatRequest, model string, row route.Row, stream bool) (body []byte, passThrough bool, err error) {
	panic("encode")
}
