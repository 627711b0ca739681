/*
Package prefix lets the model go on from a given beginning of its answer, and puts
the whole text together.

	req := azmistral.ChatRequest{Messages: []azmistral.Message{
		azmistral.User("List three rivers of France as a JSON array."),
		prefix.Message(`["`),
	}}
	answer, err := client.Chat(ctx, req, nil)
	if err != nil {
		return err
	}
	fmt.Println(prefix.Text(req, answer)) // ["Loire", "Seine", "Rhône"]

Some services repeat the prefix at the beginning of the answer, as Mistral's own is
recorded to do, and others answer with what comes after it. [Text] and [Stream] tell
which it was and give the whole text either way: it always begins with the prefix,
exactly as it was sent, and once.

# When is it a repeat

The answer repeats the prefix if it begins with it. Services leave out the blanks
around it, or move them, so without these it is a repeat too, unless a word goes on
where blanks at its end are missing: after "I " the answer "In fact" is no repeat.
Blanks that are both at the end of the prefix and before what comes after it are
then kept once.

An answer alone does not say more. Where a service does not repeat, and what comes
after the prefix happens to begin with the prefix's own text ("ha", then "ha ha"),
that text is missing once. A prefix of a few words makes that unlikely.

# An answer that was cut

[Continue] makes the request for the rest of an answer that MaxTokens, or a broken
stream, cut short:

	for answer.FinishReason() == azmistral.FinishLength {
		if req, err = prefix.Continue(req, answer); err != nil {
			return err
		}
		if answer, err = client.Chat(ctx, req, nil); err != nil {
			return err
		}
	}
	fmt.Println(prefix.Text(req, answer))

Bound such a loop, as each round pays for the whole prompt again. No exchange is
recorded that combines a prefix with tools or with a ResponseFormat: a service may
refuse it, or begin its JSON anew.
*/
package prefix
