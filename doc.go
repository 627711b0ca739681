/*
Package azmistral is a client for Mistral models on Azure: chat completion, whole
and streamed, on serverless endpoints, Foundry and the OpenAI-compatible v1 route.

A call gives the whole answer, or an error that says what happened. A stream that
is cut is an error; an error inside a response with status 200 is an error; nothing
is half an answer that looks whole.

The smallest program:

	client, err := azmistral.NewClientWithKeyCredential(
		"https://my-resource.services.ai.azure.com",
		azcore.NewKeyCredential(os.Getenv("AZURE_MISTRAL_KEY")),
		&azmistral.ClientOptions{Model: "my-deployment"})
	if err != nil {
		return err
	}
	answer, err := client.Chat(ctx, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Why is the sky blue?")},
	}, nil)
	if err != nil {
		return err
	}
	fmt.Println(answer.Text())

# Endpoints

[NewClient] and [NewClientWithKeyCredential] take what the Azure portal shows: a
bare host, a "Target URI" with path and query, a project's URL, a gateway's path.
[ParseEndpoint] tells what a text means without making a client. The [Route] that it
finds decides path, field names, key header and token scope, from one table;
[ClientOptions] overrides each of them for a gateway that hides the place.

On most routes ChatRequest.Model is the name of your deployment, not of the model
in the catalogue.

# Signing in

Microsoft Entra ID takes an azcore.TokenCredential, such as those of the azidentity
module, which this package does not import. The identity needs a data plane role on
the resource: being its owner is not enough. A key goes into the header that the
route wants. Neither travels over plain http unless
InsecureAllowCredentialWithHTTP is set, and neither follows a redirect: a redirect
is an error.

# Messages

A [Message] is one turn, the same type in requests and in responses, so a
conversation goes on with

	req.Messages = append(req.Messages, answer.Message(), azmistral.User("And then?"))

[Content] is a list of parts: text, images, documents, audio, files, reasoning,
references, and [UnknownPart] for what this version does not know, which goes back
as it came. Messages marshal to JSON in Mistral's form, to be kept in a database.

# Streaming

[Client.ChatStream] returns a [ChatStream]. Range over [ChatStream.Text] or
[ChatStream.All], pull with [ChatStream.Next], or read it whole with
[ChatStream.Collect]. The stream folds its chunks itself: [ChatStream.Response] is
the answer so far, and what a failed stream left. Next returns io.EOF only when every
choice has its finish reason.

# Tools

Put [Tool] values into the request; when the answer's [FinishReason] is
FinishToolCalls, run each of [ChatResponse.ToolCalls], append the answer's message
and a [ToolResult] for each call, and ask again. [ToolCall.Decode] reads the
arguments. Ids are mapped to the form that Mistral takes when they are sent; your
messages are not changed. The package tools makes a Tool of a Go function, and runs
this loop. [CheckMessages] tells what the service would refuse in a
conversation: calls without results, roles in an order that it does not take, and
the like. The error of a refusal names the first such problem.

# Reasoning

[ChatRequest.ReasoningEffort] has a model think first. Its thinking is a
[ThinkingPart] before the text, in a stream [Delta.Thinking] apart from [Delta.Text].
Append the answer's message as it is: the thinking goes back with it, in its place
and with its signature, where the route has a place for it.

# More than text

Packages beside this one stand on its Chat and ChatStream: tools runs Go functions
that the model calls, structured gives Go values out of answers, media makes image
and document parts of files and bytes, prefix has an answer begin with given words.

# Errors

Every error of a call is an [*Error]. errors.Is with [ErrRateLimited],
[ErrContentFiltered], [ErrIncomplete] and the other sentinels decides what to do;
errors.As with an *Error tells status, code, the service's words, how long to wait,
request id, and whether the request may have been billed. An *azcore.ResponseError
is in the chain too. Errors print in one line and hold no credential, no prompt and
no echoed input.

# Deadlines and retries

The context bounds a call as a whole. [ClientOptions.StartTimeout] bounds each send
until the answer begins, [ClientOptions.IdleTimeout] the silence within it. Do not
set a Timeout on an http.Client that streams: it would cut healthy answers.

Refusals that another send may mend (408, 429, 5xx, an ailing model's 424, a
connection that could not be had) are sent again, five times in all. A wait that the
service asks for is a floor, spread above it so that callers do not come back all at
once; one that is too long, or beyond the context's deadline, is returned in
[Error.RetryAfter] instead of slept out. A request that was delivered and had no
answer is not sent again, unless [ClientOptions.RetryUnknown] says so: it may be
billed twice. azcore's policy.RetryOptions change all this, for a client and for a
call. [ClientOptions.OnRetry] sees each retry.

# Logging and tracing

azcore's log package tells what is sent, without credentials; with IncludeBody it
tells prompts too. A TracingProvider gets one span a call, by the OpenTelemetry
conventions for generative AI, never with content.

# Testing your code

The package azmistraltest serves a fake of all this in the same process, or on a
loopback port: answers, streams, refusals, faults, quota, with no account. It works
inside testing/synctest, where waits take no time. Fakes of a stream are made with
[NewChatStream].
*/
package azmistral
