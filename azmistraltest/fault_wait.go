package azmistraltest

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/azmistral/azmistral"
)

// waitScenarios refuse for a while, and say in every form how long.
func waitScenarios() []Scenario {
	const backoffLeast, backoffMost = 250 * time.Millisecond, 500 * time.Millisecond // before the second send
	limited := func(a string, header ...string) func(args) Reply {
		return func(args) Reply { return refused(429, a, header...) }
	}
	// once is a refusal and then an answer; the wait is spread above the hint.
	once := func(name, does string, least, most time.Duration, reply func(args) Reply) Scenario {
		w := wantSends(2, wantText(stageText))
		w.WaitLeast, w.WaitMost, w.Within = least, most, 2*time.Minute
		return Scenario{Name: name, Does: does, count: 1, Want: w, reply: reply}
	}
	hinted := func(name, does string, hint time.Duration, reply func(args) Reply) Scenario {
		return once("wait-"+name, does, hint, mostWait(hint), reply)
	}
	// atOnce is the refusal, not slept out.
	atOnce := func(name, does string, want Want, reply func(args) Reply) Scenario {
		want.Sends, want.Within = 1, 100*time.Millisecond
		return Scenario{Name: "wait-" + name, Does: does, Want: want, reply: reply}
	}
	tooLong := func(name, does string, hint time.Duration, reply func(args) Reply) Scenario {
		return atOnce(name, does, wantWait(hint, wantStatus(429)), reply)
	}
	unsaid := func(name, does string, header ...string) Scenario {
		return once("wait-"+name, does, backoffLeast, 3500*time.Millisecond, limited("slow down", header...))
	}
	date := func(wait, skew time.Duration, layout string) func(args) Reply {
		return func(args) Reply {
			now := time.Now().Add(skew).UTC().Truncate(time.Second)
			return refused(429, "slow down", "Date", now.Format(http.TimeFormat), "Retry-After", now.Add(wait).Format(layout))
		}
	}
	within := func(s Scenario, deadline time.Duration) Scenario {
		s.Deadline = deadline
		return s
	}
	again := func(status, times int) Scenario {
		w := wantSends(times+1, wantText(stageText))
		w.WaitLeast, w.WaitMost = backoffLeast, backoffMost<<(times-1)
		return Scenario{Name: "once-" + strconv.Itoa(status), Does: "refuses with " + strconv.Itoa(status) + " once, and says no wait", count: times, Want: w,
			reply: func(args) Reply { return refused(status, "come back") }}
	}
	twice := again(503, 2)
	twice.Name, twice.Does = "twice-503", "refuses with 503 twice, and says no wait"
	overflow := wantStatus(429)
	overflow.RetryAfter, overflow.AtLeast = time.Hour, true
	list := []Scenario{
		hinted("second", "429, Retry-After: 1", time.Second, limited("slow down", "Retry-After", "1")),
		hinted("seconds", "429, Retry-After: 2", 2*time.Second, limited("slow down", "Retry-After", "2")),
		hinted("seconds-30", "429, Retry-After: 30", 30*time.Second, limited("slow down", "Retry-After", "30")),
		hinted("fraction", "429, Retry-After: 1.5", 1500*time.Millisecond, limited("slow down", "Retry-After", "1.5")),
		hinted("blanks", "429, Retry-After: 2 with blanks around it", 2*time.Second, limited("slow down", "Retry-After", "  2  ")),
		hinted("date", "429, Retry-After: a date in three seconds", 3*time.Second, date(3*time.Second, 0, http.TimeFormat)),
		hinted("date-ahead", "429, a date by a clock that is an hour ahead", 3*time.Second, date(3*time.Second, time.Hour, http.TimeFormat)),
		hinted("date-behind", "429, a date by a clock that is an hour behind", 3*time.Second, date(3*time.Second, -time.Hour, http.TimeFormat)),
		hinted("date-old-form", "429, a date in the form of RFC 850", 3*time.Second, date(3*time.Second, 0, "Monday, 02-Jan-06 15:04:05 GMT")),
		hinted("ms", "429, Retry-After-Ms: 1500", 1500*time.Millisecond, limited("slow down", "Retry-After-Ms", "1500")),
		hinted("x-ms", "429, X-Ms-Retry-After-Ms: 1500", 1500*time.Millisecond, limited("slow down", "X-Ms-Retry-After-Ms", "1500")),
		hinted("both", "429, Retry-After: 2 beside Retry-After-Ms: 1500: the longer counts", 2*time.Second, limited("slow down", "Retry-After", "2", "Retry-After-Ms", "1500")),
		hinted("both-ms-longer", "429, Retry-After: 1 beside Retry-After-Ms: 2500: the longer counts", 2500*time.Millisecond, limited("slow down", "Retry-After", "1", "Retry-After-Ms", "2500")),
		hinted("second-ms-zero", "429, Retry-After: 1 beside Retry-After-Ms: 0, as recorded", time.Second, limited("slow down", "Retry-After", "1", "Retry-After-Ms", "0", "X-Ms-Retry-After-Ms", "0")),
		hinted("seconds-ms-garbage", "429, Retry-After: 2 beside Retry-After-Ms: soon", 2*time.Second, limited("slow down", "Retry-After", "2", "Retry-After-Ms", "soon")),
		hinted("prose", "429, Try again in 2 seconds.", 2*time.Second, limited("Rate limit is exceeded. Try again in 2 seconds.")),
		hinted("prose-after", "429, Please retry after 2 seconds.", 2*time.Second, limited("Requests have exceeded the limit. Please retry after 2 seconds.")),
		hinted("prose-ms", "429, Please try again in 1200ms.", 1200*time.Millisecond, limited("Rate limit reached. Please try again in 1200ms. Visit us.")),
		hinted("prose-fraction", "429, Please try again in 1.5s.", 1500*time.Millisecond, limited("Rate limit reached. Please try again in 1.5s.")),
		hinted("header-over-prose", "429, Retry-After: 2 beside prose of 40 seconds: the header counts", 2*time.Second, limited("Please retry after 40 seconds.", "Retry-After", "2")),
		hinted("of-503", "503, Retry-After: 2", 2*time.Second, func(args) Reply { return refused(503, "come back", "Retry-After", "2") }),
		hinted("none", "429 without a wait", time.Second, limited("slow down")),
		once("wait-59", "429, Retry-After: 59, nearly all that a client waits", 59*time.Second, time.Minute, limited("slow down", "Retry-After", "59")),

		unsaid("zero", "429, Retry-After: 0", "Retry-After", "0"),
		unsaid("negative", "429, Retry-After: -1", "Retry-After", "-1"),
		unsaid("garbage", "429, Retry-After: soon", "Retry-After", "soon"),
		unsaid("infinite", "429, Retry-After: inf", "Retry-After", "inf"),
		unsaid("nan", "429, Retry-After: NaN", "Retry-After", "NaN"),
		once("wait-date-past", "429, Retry-After: a date an hour ago", backoffLeast, 3500*time.Millisecond, date(-time.Hour, 0, http.TimeFormat)),
		once("wait-zero-503", "503, Retry-After: 0", backoffLeast, backoffMost, func(args) Reply { return refused(503, "come back", "Retry-After", "0") }),

		tooLong("61", "429, Retry-After: 61: more than a client waits", 61*time.Second, limited("slow down", "Retry-After", "61")),
		tooLong("day", "429, Retry-After: 86400", 24*time.Hour, limited("slow down", "Retry-After", "86400")),
		tooLong("day-date", "429, Retry-After: a date tomorrow", 24*time.Hour, date(24*time.Hour, 0, http.TimeFormat)),
		tooLong("prose-minutes", "429, Try again in 2 minutes.", 2*time.Minute, limited("Try again in 2 minutes.")),
		tooLong("prose-hours", "429, Try again in 3 hours.", 3*time.Hour, limited("Try again in 3 hours.")),
		atOnce("absurd", "429, a wait of more seconds than a number holds", overflow, limited("slow down", "Retry-After", "99999999999999999999999")),
		atOnce("absurd-ms", "429, a wait of more milliseconds than a number holds", overflow, limited("slow down", "Retry-After-Ms", strings.Repeat("9", 400))),

		within(tooLong("beyond-deadline", "429, Retry-After: 10, and the caller has four seconds", 10*time.Second, limited("slow down", "Retry-After", "10")), 4*time.Second),
		within(tooLong("prose-beyond-deadline", "429, Try again in 30 seconds, and the caller has four", 30*time.Second, limited("Try again in 30 seconds.")), 4*time.Second),
		within(once("wait-within-deadline", "429, Retry-After: 2, and the caller has four seconds: the spread shrinks", 2*time.Second, 3600*time.Millisecond, limited("slow down", "Retry-After", "2")), 4*time.Second),
		{Name: "wait-backoff-deadline", Does: "503 always, and the caller has a second", Deadline: time.Second,
			Want:  Want{Err: azmistral.ErrUnavailable, Status: 503, Words: []string{"503"}, Within: time.Second, WaitLeast: backoffLeast},
			reply: func(args) Reply { return refused(503, "come back") }},
		{Name: "wait-minute-in-all", Does: "429 always, Retry-After: 20: a client gives up within a minute",
			Want: func() Want {
				w := wantWait(20*time.Second, wantStatus(429))
				w.Sends, w.WaitLeast, w.Within = 0, 20*time.Second, time.Minute
				return w
			}(),
			reply: limited("slow down", "Retry-After", "20")},

		again(408, 1), again(429, 1), again(500, 1), again(502, 1), again(503, 1), again(504, 1), again(529, 1), twice,
		{Name: "always-503", Does: "refuses with 503 always", Want: func() Want {
			w := wantStatus(503, "come back")
			w.WaitLeast, w.WaitMost, w.Within = backoffLeast, 4*time.Second, 8*time.Second
			return w
		}(), reply: func(args) Reply { return refused(503, "come back") }},
		once("once-424-429", "424, and the model behind it said 429", backoffLeast, 3500*time.Millisecond,
			func(args) Reply { return refused(424, "the model is busy", "ms-azureml-model-error-statuscode", "429") }),
		atOnce("quota", "429: a quota of longer than minutes, Retry-After: 2 all the same",
			wantWait(2*time.Second, wantKind(azmistral.ErrQuotaExceeded, wantCoded(429, "insufficient_quota"), azmistral.ErrRateLimited)),
			func(args) Reply {
				return Raw(429, jsonHeader("Retry-After", "2"), `{"error":{"code":"insufficient_quota","message":"You exceeded your current quota."}}`)
			}),
		atOnce("daily", "429: a limit of a day, Retry-After: 2 all the same",
			wantWait(2*time.Second, wantKind(azmistral.ErrQuotaExceeded, wantStatus(429), azmistral.ErrRateLimited)),
			limited("Rate limit of 50 per 86400s exceeded for UserByModelByDay.", "Retry-After", "2")),
		atOnce("of-400", "400, Retry-After: 2: no reason to send it again", wantWait(2*time.Second, wantStatus(400)),
			func(args) Reply { return refused(400, "no", "Retry-After", "2") }),
		atOnce("of-501", "501, Retry-After: 2: no reason to send it again", wantWait(2*time.Second, wantStatus(501)),
			func(args) Reply { return refused(501, "no", "Retry-After", "2") }),
		atOnce("not-wanted", "503, Retry-After: 2 beside x-should-retry: false", wantWait(2*time.Second, wantStatus(503)),
			func(args) Reply { return refused(503, "no", "Retry-After", "2", "X-Should-Retry", "false") }),
	}
	for i := range list {
		list[i].Long = true
		if list[i].Name == "once-429" { // a 429 without a hint counts as a second
			list[i].Want.WaitLeast, list[i].Want.WaitMost = time.Second, mostWait(time.Second)
		}
	}
	return list
}

// mostWait is the most that a client adds to a wait of more than a fraction.
func mostWait(hint time.Duration) time.Duration { return hint + 5*min(hint, 4*time.Second)/2 }

// refused is a refusal in Mistral's words, with headers in pairs.
func refused(status int, message string, header ...string) Reply {
	return Raw(status, jsonHeader(header...), `{"object":"error","message":`+quoted(message)+`,"type":"refused","param":null,"code":null}`)
}
