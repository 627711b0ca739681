package azmistral

import (
	"encoding/binary"
	"math/rand/v2"
)

// clientRequestIDHeader carries the id that this side gives a call, the same for
// each of its sends: a support ticket finds them by it.
const clientRequestIDHeader = "X-Ms-Client-Request-Id"

// newRequestID makes a random UUID (RFC 9562, version 4), as azcore's own policy
// does in ten times the time. Ids have to differ, not to be hard to guess.
func newRequestID() string {
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	id[6] = id[6]&0x0f | 0x40 // version
	id[8] = id[8]&0x3f | 0x80 // variant

	const digits = "0123456789abcdef"
	var room [36]byte
	text := room[:0]
	for i, b := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text = append(text, '-')
		}
		text = append(text, digits[b>>4], digits[b&0x0f])
	}
	return string(text)
}
