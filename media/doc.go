/*
Package media makes the image and document parts of a message: from bytes, from an
io.Reader, from a file of an fs.FS, or from a URL. What the service would refuse is
told before it is sent.

	part, err := media.ImageFile(os.DirFS("photos"), "bridge.jpg", nil)
	if err != nil {
		return err
	}
	answer, err := client.Chat(ctx, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("What is this?", part)},
	}, nil)

The parts are those of package azmistral: who needs no check fills in an
azmistral.ImagePart by hand.

# What is checked

The media type is told from the bytes, never believed from a name. Images are PNG,
JPEG, WEBP or GIF of one frame, 20 MB and 10000 pixels a side at most. Documents are
PDF, 50 MB at most. [Check] counts the images of a whole request: 8 at most. MB is
1 << 20 bytes here.

Mistral's pages contradict each other in one place: one says that an image has 10 MB
at most, another 20 MB. Here only what no page allows is refused, so an image
between the two may still be refused by the service. An image of more than 1540
pixels a side is no error: the service scales it down. Scale it down yourself and
less has to travel.

What a header does not say is no error: a picture whose size cannot be told is sent.
What is not looked at: whether the rest of a file is sound, a PDF's pages (the
service takes 1000) and whether it is locked by a password.

Unchecked in [ImageOptions] and [DocumentOptions] turns this advice off, for a
service that takes more. What cannot be sent at all stays an error: no data, a
reader that fails, a file's path in place of a URL, a URL with a password in it, an
image of a type that nobody can tell.

# URLs

The service fetches a remote URL, not this package: nothing is sent when a part is
made, and whether there is a picture behind the URL is known when the service
answers. A data: URL is taken apart, and its bytes are checked like others.

# Errors

Every error is an [*Error], for errors.As. errors.Is tells the rule with
[ErrMediaType], [ErrTooLarge] and the others, which are azmistral.ErrInvalidRequest
too, and finds what a reader or an fs.FS returned. No error holds content or a URL.
*/
package media
