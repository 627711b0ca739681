package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
)

const azcoreModule = "github.com/Azure/azure-sdk-for-go/sdk/azcore"

// azcoreJSON is the baseline through azcore's pipeline with its defaults.
var azcoreJSON = contender{
	name:    "azcore-json",
	program: "github.com/azmistral/azmistral/testdata/size/azcore",
	module:  azcoreModule,
	open:    func(at target) (client, error) { return openAzcore(at, false) },
}

// azcoreSSE is the same with azcore's own reader of events.
var azcoreSSE = contender{
	name:   "azcore-sse",
	module: azcoreModule,
	open:   func(at target) (client, error) { return openAzcore(at, true) },
	cannot: except("beside streams it is azcore-json", "W3", "W3-seq", workRequest, workAnswer, workImage, workProgram),
}

type azcoreClient struct {
	at       target
	sse      bool
	pipeline runtime.Pipeline
}

func openAzcore(at target, sse bool) (client, error) {
	auth := runtime.NewKeyCredentialPolicy(azcore.NewKeyCredential(key), "Authorization", &runtime.KeyCredentialPolicyOptions{
		Prefix:                          "Bearer ",
		InsecureAllowCredentialWithHTTP: true,
	})
	options := &policy.ClientOptions{Transport: at.http}
	return azcoreClient{at, sse, runtime.NewPipeline("bench", "v0.0.0", runtime.PipelineOptions{PerRetry: []policy.Policy{auth}}, options)}, nil
}

func (c azcoreClient) send(ctx context.Context, p prompt, streamed bool) (*http.Response, error) {
	req, err := runtime.NewRequest(ctx, http.MethodPost, c.at.url+"/v1/chat/completions")
	if err != nil {
		return nil, err
	}
	body, err := wireRequest(p, streamed)
	if err != nil {
		return nil, err
	}
	if err := req.SetBody(streaming.NopCloser(bytes.NewReader(body)), "application/json"); err != nil {
		return nil, err
	}
	if streamed {
		runtime.SkipBodyDownload(req)
	}
	resp, err := c.pipeline.Do(req)
	if err != nil {
		return nil, err
	}
	if !runtime.HasStatusCode(resp, http.StatusOK) {
		return nil, runtime.NewResponseError(resp)
	}
	return resp, nil
}

func (c azcoreClient) chat(ctx context.Context, p prompt) (answer, error) {
	resp, err := c.send(ctx, p, false)
	if err != nil {
		return answer{}, err
	}
	var got wireAnswer
	if err := runtime.UnmarshalAsJSON(resp, &got); err != nil {
		return answer{}, err
	}
	return got.answer(), nil
}

func (c azcoreClient) stream(ctx context.Context, p prompt) (stream, error) {
	if !c.sse {
		resp, err := c.send(ctx, p, true)
		if err != nil {
			return nil, err
		}
		return newScanStream(resp.Body, c.at.work, p.assemble), nil
	}
	s := &readerStream{assembly: assembly{wanted: p.assemble}}
	decode := wireDecoder(c.at.work)
	connect := func(ctx context.Context, _ string) (io.ReadCloser, error) {
		resp, err := c.send(ctx, p, true)
		return runtime.SSEResponse(resp, err, http.StatusOK)
	}
	var err error
	s.reader, err = streaming.NewSSEReader(ctx, connect, streaming.SSEHandler[chunk]{
		Decode: func(frame streaming.SSEFrame) (chunk, bool, error) {
			if bytes.Equal(frame.Data, []byte("[DONE]")) {
				return chunk{}, false, io.EOF
			}
			c, err := decode(frame.Data, &s.assembly)
			return c, false, err
		},
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("SSE reader: %w", err)
	}
	return s, nil
}

type readerStream struct {
	reader *streaming.SSEReader[chunk]
	assembly
}

func (s *readerStream) next() (chunk, error) { return s.reader.Next() }

func (s *readerStream) close() { s.reader.Close() }
