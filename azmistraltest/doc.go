// Package azmistraltest is a fake of Mistral on Azure: for your tests, and for
// trying things out without an account.
//
// It speaks every route that package azmistral knows, answers in the bodies that
// the services were recorded with, and refuses what they refuse. There is no model
// behind it: its answers are made up from the request, the same each time.
//
//	func TestSummary(t *testing.T) {
//		sandbox := azmistraltest.NewServer(t, nil)
//		sandbox.Reply(azmistraltest.Text("In short: yes."))
//		client := sandbox.Client(t, azmistral.RouteOpenAIV1, nil)
//		// … call the code under test with client …
//		asked := sandbox.Requests()[0].Last().Text
//	}
//
// # Where it runs
//
// [NewServer] listens on a port of loopback and ends with the test. [NewHandler]
// gives an http.Handler to mount where you like; its Client and Transport work
// without sockets, so they also work in a bubble of testing/synctest, where ten
// minutes of waiting pass at once. A Handler ends with Close. The program
// examples/sandbox serves one on a port, for any client in any language.
//
// # Which place is asked
//
// The host decides where it is one of Azure's ("x.services.ai.azure.com"), as it
// can be with Transport; on any other host the path does. See [Server.URL].
//
// # What it answers by itself
//
// A text that takes up the question, and says what it was shown: the types and sizes
// of pictures and documents. With tools, where the user had the last word, calls of
// the tools that the question is about, else of the first, with arguments that fit
// their schemas: two for "the weather in Paris and Oslo". After the results a text
// that uses them, or another call: where a result says "call NAME", and where one
// complains of arguments that were wrong. With a response_format a value that fits
// it; in JSON mode it is the schema that a message tells. What the question labels
// ("Due date: 2026-03-01") is taken for the property of that name. With
// reasoning_effort "high", thinking before that. max_tokens, stop, n, prefix,
// tool_choice and parallel_tool_calls do what they do. Tokens are estimated, and add
// up. Streamed or whole, it is the same answer.
//
// What one request may cost is bounded. A schema that goes beyond, with ten thousand
// values and more or with expressions that take seconds, is not fitted to its end; of
// many long choices there are fewer; a body of a million values is refused as no JSON.
//
// The same request gives the same bytes, ids and the field "created" too; only the
// request ids in the headers differ between two sends.
//
// # What you make it answer
//
// [Handler.Reply] puts answers in line, [Handler.ReplyFunc] decides by request.
// Replies are made by [Text], [ToolCalls], [TextCalls], [JSON], [Thinking], [Error],
// [Raw], [SSE] and [Fault], and changed by their methods, the zero Reply too, which is
// the sandbox's own answer:
//
//	sandbox.Reply(
//		azmistraltest.Error(503, "ServiceUnavailable", "try later").Header("Retry-After", "2").Times(2),
//		azmistraltest.Text("at last").Delay(time.Second),
//		azmistraltest.ToolCalls(call).WithText("Let me look.").Fragmented(),
//		azmistraltest.Fault("schema-wrong how=missing"),
//	)
//
// A reply is used by a request that the checks let through; the checks come first,
// as they do at the service.
//
// # What anyone can make it do
//
// A last message of the user with [[sandbox: NAME key=value …]] in it provokes
// special behaviour, from any client:
//
//	[[sandbox: rate-limit wait=2 count=1]]
//	[[sandbox: cut after=5 how=reset]]
//	[[sandbox: schema-wrong turns=2]]
//	[[sandbox: help]]
//
// [Scenarios] lists what there is: the fault catalogue, each entry with what a
// client has to make of it. [Scenario.Play] plays one alone, those too that need a
// listener of their own.
//
// # What it takes
//
// The key [Key], in the route's header; tokens whose audience is the route's, made
// by [Token] and [TokenCredential]. [Options] change this, name the deployments that
// exist, set a pace and a quota.
package azmistraltest
