package azmistral

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestSamplesFast reads every recorded answer in the fast ways, compares with decode,
// and bounds how many of them have to go there.
func TestSamplesFast(t *testing.T) {
	chunks, matched, general := 0, 0, 0
	for _, s := range samples(t, answeredChats) {
		if s.Operation == "chat" {
			requireWhole(t, s.Response.Body)
			text := new(answerText).hold([]byte(s.Response.Body))
			memory := chunkMemory{body: text}
			scan := chunkScan{memory: &memory}
			odd := s.ID == "aoai-image-filter-result-singular" // filter results under an older name
			assert.Equal(t, odd, scan.chunk(text.data) == nil, "%s is read by decode", s.ID)
			continue
		}
		var texts [][]byte
		for _, body := range s.bodies() {
			texts = append(texts, []byte(body))
		}
		requireSameChunks(t, texts)

		var d chunkDecoder
		for _, text := range texts {
			chunks++
			switch {
			case d.match(text) != nil:
				matched++
			case d.scan(text) == nil:
				general++
				t.Logf("%s: decode reads %.300s", s.ID, text)
			}
		}
	}
	t.Logf("%d chunks: %d fit the one before, %d were scanned, %d read by decode", chunks, matched, chunks-matched-general, general)
	assert.Zero(t, general)
	assert.Greater(t, 10*matched, 8*chunks, "many recordings are short, and their first chunks fit nothing")
}
