package azmistral

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
)

// wireCallID gives the id as which a tool call's id is sent. Mistral takes nine
// letters or digits; any other id becomes the first nine base-62 digits of its
// SHA-256. They hold 53 bits, so two of a request's ids do not meet in practice.
// It is done on every route, since the model behind is Mistral's.
func wireCallID(id string) string {
	if isWireCallID(id) {
		return id
	}
	return hashedCallID(id)
}

// sentCallID is wireCallID without a string of its own.
func sentCallID(id string) (sent [callIDLength]byte) {
	if isWireCallID(id) {
		copy(sent[:], id)
		return sent
	}
	return hashCallID(id)
}

func isWireCallID(id string) bool {
	if len(id) != callIDLength {
		return false
	}
	for i := 0; i < len(id); i++ {
		if c := id[i] | 0x20; (c < 'a' || c > 'z') && (id[i] < '0' || id[i] > '9') {
			return false
		}
	}
	return true
}

// madeCallID makes an id for a call that came without one, the same each time the
// answer is read. Where the response has no id either, what was called stands in
// for it.
func madeCallID(response string, choice, place int, name, arguments string) string {
	if response == "" {
		response = name + "\x00" + arguments
	}
	return hashedCallID(strings.Join([]string{response, strconv.Itoa(choice), strconv.Itoa(place)}, "\x00"))
}

const callIDLength = 9

func hashedCallID(text string) string {
	id := hashCallID(text)
	return string(id[:])
}

func hashCallID(text string) (id [callIDLength]byte) {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var room [128]byte // ids are hardly ever longer
	sum := sha256.Sum256(append(room[:0], text...))
	n := binary.BigEndian.Uint64(sum[:])
	for i := range id {
		id[i] = digits[n%62]
		n /= 62
	}
	return id
}
