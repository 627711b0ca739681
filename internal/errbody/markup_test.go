package errbody

import (
	"html"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestResolveEntities(t *testing.T) {
	for _, in := range []string{"", "a", "a &amp; b", "&lt;&gt;&quot;&apos;&#39;", "&#10;&#x41;&#X42;", "&", "&;", "&#;", "&#x;", "&nosuchname;", "&amp", "x &amp y;", "&#99999999999;", "&&amp;", "&amp;&amp;&amp;"} {
		want := html.UnescapeString(in)
		switch in { // without a semicolon, and beyond Unicode: left as they are
		case "&amp", "x &amp y;", "&#x;", "&#99999999999;":
			want = in
		}
		assert.Equal(t, want, resolve(in), "%q", in)
	}
	assert.Equal(t, "a b - c", resolve("a&nbsp;b &mdash; c"))
}
