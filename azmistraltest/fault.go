package azmistraltest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/azmistral/azmistral"
)

// Scenario is one entry of the fault catalogue: something special that a service,
// or the way to it, does, and what a client has to make of it. Play serves one
// alone; Fault and a message with [[sandbox: NAME key=value …]] ask a Handler for
// it by its name.
type Scenario struct {
	Name   string
	Family string
	Does   string
	Keys   []string // "key=default: what it does"

	// Forms and Protocols are those in which it can be played. Outside of them a
	// Handler does what comes nearest.
	Forms     []Form
	Protocols []Protocol

	// Positions is how many values the key "at" has, from 0: every one is a case of
	// its own, see With. 0: there is no such key.
	Positions int

	// Calls is how many calls one client makes, one after the other; Want is said of
	// the last, the others have an answer. 0 means 1.
	Calls int

	// Long says that it takes seconds or minutes by the clock: use PlayInBubble.
	Long bool

	// What the caller does besides calling. The zero values mean: nothing.
	Deadline time.Duration // of the context
	Cancel   time.Duration // the context is cancelled so long after the request came; less than 0: before the call
	Leave    int           // the stream is closed after so many chunks

	// Want is the outcome, with the options that Stage.Options sets.
	Want Want

	keys  []scenarioKey
	args  args
	count int // it is played so many times, then there is an answer; 0: always

	reply   func(args) Reply
	want    func(args) Want                // where the keys decide; nil: Want
	set     func(*azmistral.ClientOptions) // options that it needs
	own     func(*Stage, *playing)         // listens by itself: for Play only, reply is nil
	inner   func(args) Reply               // of the handler of one that listens by itself; nil: an answer
	early   bool                           // the calls before the last meet it too
	lasting bool                           // a provocation of it goes on while the model is wrong
	limit   time.Duration                  // Timeout of the http.Client
}

// Form is a form of a call.
type Form string

const (
	Unary    Form = "unary"
	Streamed Form = "streamed"
)

// Protocol is a version of HTTP. HTTP/2 comes with TLS.
type Protocol string

const (
	HTTP1 Protocol = "HTTP/1.1"
	HTTP2 Protocol = "HTTP/2"
)

// Want is what a call has to come to: an answer where Err is nil, else an error.
type Want struct {
	// An answer. With Err, Text is what a stream gave before it broke; "" says
	// nothing of it.
	Text         string // of the first choice
	TextBytes    int    // of a text that is too long to hold here, see HasText
	Thinking     string
	Further      []string // the texts of further choices
	FinishReason azmistral.FinishReason
	ToolCalls    []azmistral.ToolCall // an ID of "" is one that the client makes
	AnyOrder     bool                 // of ToolCalls
	Usage        azmistral.Usage

	// An error.
	Err        error   // the sentinel, or the context's error
	Or         []error // what is as right as Err
	Also       []error // errors.Is finds each of these too
	Status     int     // 0: no response
	Code       string  // "*": any
	RetryAfter time.Duration
	AtLeast    bool // RetryAfter is the least; how a client reads an absurd wait is its own affair
	Delivered  bool
	Loose      bool     // Status, Code and Delivered depend on timing
	Words      []string // the error says each, or a field of it; an answer's text has each, where Text is ""

	// WholeOrError: the answer above or any error is right. Less than the answer
	// without an error never is.
	WholeOrError bool

	// Of both.
	Sends     int           // that arrive: exactly; 0: any number; less than 0: none
	Attempts  int           // that the client tells; 0: as many as Sends
	WaitLeast time.Duration // before each send but the first
	WaitMost  time.Duration // 0: any
	Within    time.Duration // the call is over; 0 means 5 s
}

// HasText says whether a text is the answer's: Text, or where TextBytes is set a
// text of that length and make, or where Text is "" one that has each of Words.
func (w Want) HasText(text string) bool {
	switch {
	case w.TextBytes > 0:
		if len(text) != w.TextBytes {
			return false
		}
		for len(text) >= len(tile) && text[:len(tile)] == tile {
			text = text[len(tile):]
		}
		return text == ""
	case w.Text == "" && len(w.Words) > 0:
		return !slices.ContainsFunc(w.Words, func(word string) bool { return !strings.Contains(text, word) })
	}
	return text == w.Text
}

type scenarioKey struct {
	name     string
	sort     keySort
	fallback string // told in the help
	does     string
}

type keySort string

const (
	sortText     keySort = "a text"
	sortNumber   keySort = "a whole number"
	sortAmount   keySort = "a whole number from 0 to 100000"
	sortStatus   keySort = "a status from 200 to 999"
	sortDuration keySort = "a duration, such as 1.5s or 2 for seconds"
	sortThinking keySort = "a form of thinking: parts, open-parts, string or field"
	sortTemplate keySort = "a template: v3, v11 or v13"
	sortWrong    keySort = "a way to be wrong: type, missing, extra, enum, syntax, fence or prose"
)

// commonKeys go with every scenario.
var commonKeys = []scenarioKey{
	{"count", sortNumber, "all", "only the first so many sends of the same request; then an answer"},
	{"delay", sortDuration, "0", "before the headers"},
	{"pace", sortDuration, "0", "between two events of a stream"},
}

// family is a group of the catalogue.
type family struct {
	name      string
	scenarios func() []Scenario
}

// families are the groups in their order.
func families() []family {
	return []family{
		{"answer", answerScenarios},
		{"model", modelScenarios},
		{"refusal", refusalScenarios},
		{"status", statusScenarios},
		{"shape", shapeScenarios},
		{"cut", cutScenarios},
		{"end", endScenarios},
		{"framing", framingScenarios},
		{"time", timeScenarios},
		{"stream-error", streamErrorScenarios},
		{"body", bodyScenarios},
		{"bound", boundScenarios},
		{"interim", interimScenarios},
		{"wire", wireScenarios},
		{"reuse", reuseScenarios},
		{"network", networkScenarios},
		{"tls", tlsScenarios},
		{"http2", http2Scenarios},
		{"redirect", redirectScenarios},
		{"secret", secretScenarios},
		{"wait", waitScenarios},
		{"json", jsonScenarios},
		{"tool", toolScenarios},
		{"choice", choiceScenarios},
		{"usage", usageScenarios},
	}
}

// Scenarios is the fault catalogue, in a fixed order: everything that Play, Fault
// and a provocation can name.
func Scenarios() []Scenario {
	var list []Scenario
	for _, family := range families() {
		for _, s := range family.scenarios() {
			s.Family = family.name
			for _, k := range s.keys {
				s.Keys = append(s.Keys, k.name+"="+k.fallback+": "+k.does)
			}
			if s.Forms == nil {
				s.Forms = []Form{Unary, Streamed}
			}
			if s.Protocols == nil {
				s.Protocols = []Protocol{HTTP1, HTTP2}
			}
			if s.own != nil {
				s.Does += " (it needs a listener of its own: Play only)"
			}
			if s.want != nil {
				s.Want = s.want(nil)
			}
			list = append(list, s)
		}
	}
	return list
}

// With gives the scenario with values for its keys, as they stand behind its name
// in a provocation, and with what it then wants: With("at=17"). It panics where it
// has no such key. Keys that replace texts of the service leave Want as it is.
func (s Scenario) With(keys string) Scenario {
	a, err := s.read(splitWords(keys))
	if err != nil {
		panic("azmistraltest: With: " + err.Error())
	}
	s.args = a
	if s.want != nil {
		s.Want = s.want(a)
	}
	return s
}

// play gives the reply for a set of keys.
func (s *Scenario) play(a args) Reply {
	reply := Reply{}
	if s.reply != nil {
		reply = s.reply(a)
	} else if s.inner != nil {
		reply = s.inner(a)
	}
	if _, ok := a["delay"]; ok {
		reply.delay = a.duration("delay", 0)
	}
	if _, ok := a["pace"]; ok {
		reply.pace = a.duration("pace", 0)
	}
	return reply
}

// read takes "key=value" words.
func (s *Scenario) read(words []string) (args, error) {
	a := args{}
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		if err := s.checkKey(key, value); err != nil {
			return nil, err
		}
		a[key] = value
	}
	return a, nil
}

// catalogue is Scenarios made once, never changed.
func catalogue() []Scenario {
	made.Do(func() { made.list = Scenarios() })
	return made.list
}

var made struct {
	sync.Once
	list []Scenario
}

func scenarioOf(name string) *Scenario {
	list := catalogue()
	if i := slices.IndexFunc(list, func(s Scenario) bool { return s.Name == name }); i >= 0 {
		return &list[i]
	}
	return nil
}

// help lists the catalogue as a text.
func help() string {
	var b strings.Builder
	b.WriteString("Write one of these into the last message, alone or beside other text: [[sandbox: NAME key=value …]]\n")
	family := ""
	for _, s := range catalogue() {
		if s.Family != family {
			family = s.Family
			fmt.Fprintf(&b, "\n%s\n", strings.ToUpper(family))
		}
		fmt.Fprintf(&b, "\n%s – %s\n", s.Name, s.Does)
		for _, k := range s.Keys {
			fmt.Fprintf(&b, "    %s\n", k)
		}
	}
	b.WriteString("\nWith every one:\n")
	for _, k := range commonKeys {
		fmt.Fprintf(&b, "    %s=%s: %s\n", k.name, k.fallback, k.does)
	}
	return b.String()
}
