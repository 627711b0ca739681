package main

import (
	"fmt"
	"slices"
	"sync"

	"github.com/azmistral/azmistral/azmistraltest"
)

// job is one scenario met once, in one form, over one protocol, by one client.
type job struct {
	Client   string
	Scenario string
	At       int // the position, where the scenario has some; else 0
	Form     azmistraltest.Form
	Protocol azmistraltest.Protocol
}

// run is what the page counts: a scenario, at each of its positions, in one form,
// over one protocol, met by one client.
type run struct {
	job       // its first
	positions []int
	family    string
	long      bool // it waits for seconds
}

// every is the step between the positions that are played: all of them are for
// azmistral's own tests. It is prime, so as not to fall into step with lines.
const every = 23

// positions are those of a scenario that are played: the last one too. A scenario
// without any is played once.
func positions(s azmistraltest.Scenario) []int {
	list := []int{0}
	for at := every; at < s.Positions; at += every {
		list = append(list, at)
	}
	if last := s.Positions - 1; last > list[len(list)-1] {
		list = append(list, last)
	}
	return list
}

// catalogue is the whole of it, made once.
var catalogue = sync.OnceValue(azmistraltest.Scenarios)

// selection is what to play. "" means all.
type selection struct {
	only, family, client string
}

func (s selection) whole() bool { return s == selection{} }

// check refuses a name that does not exist.
func (s selection) check() error {
	scenarios := catalogue()
	switch {
	case s.only != "" && !slices.ContainsFunc(scenarios, func(c azmistraltest.Scenario) bool { return c.Name == s.only }):
		return fmt.Errorf("there is no scenario %q", s.only)
	case s.family != "" && !slices.ContainsFunc(scenarios, func(c azmistraltest.Scenario) bool { return c.Family == s.family }):
		return fmt.Errorf("there is no family %q", s.family)
	case s.client != "" && !slices.ContainsFunc(clients, func(c client) bool { return c.name == s.client }):
		return fmt.Errorf("there is no client %q", s.client)
	case len(s.runs()) == 0:
		return fmt.Errorf("scenario %q is not of family %q", s.only, s.family)
	}
	return nil
}

// runs are in the order of the catalogue, the clients of each side by side.
func (s selection) runs() []run {
	var list []run
	for _, scenario := range catalogue() {
		if s.only != "" && scenario.Name != s.only || s.family != "" && scenario.Family != s.family {
			continue
		}
		for _, form := range scenario.Forms {
			for _, protocol := range scenario.Protocols {
				for _, c := range clients {
					if s.client == "" || c.name == s.client {
						list = append(list, run{
							job:       job{c.name, scenario.Name, 0, form, protocol},
							positions: positions(scenario), family: scenario.Family, long: scenario.Long,
						})
					}
				}
			}
		}
	}
	return list
}

// wholeAnswer is the stage's own answer, which it gives where a scenario does
// nothing to it.
func wholeAnswer() azmistraltest.Want { return named("cut-after-done").Want }

func named(name string) azmistraltest.Scenario {
	list := catalogue()
	return list[slices.IndexFunc(list, func(s azmistraltest.Scenario) bool { return s.Name == name })]
}

// scenario is the job's entry of the catalogue, at its position.
func (j job) scenario() azmistraltest.Scenario {
	s := named(j.Scenario)
	if s.Positions > 0 {
		s = s.With(fmt.Sprintf("at=%d", j.At))
	}
	return s
}

func (j job) client() client {
	return clients[slices.IndexFunc(clients, func(c client) bool { return c.name == j.Client })]
}

// merged is the verdict of a run: the worst of its positions, with how many of them
// have it.
func merged(all []verdict) verdict {
	worst, count := all[0], 0
	for _, k := range kinds[1:] { // kinds has right first, then the worst first
		i := slices.IndexFunc(all, func(v verdict) bool { return v.Kind == k.kind })
		if i >= 0 {
			worst = all[i]
			break
		}
	}
	same := true
	for _, v := range all {
		if v.Kind == worst.Kind {
			count++
		}
		same = same && v == all[0]
	}
	switch {
	case same:
		return worst
	case worst.Kind == right:
		return verdict{right, "answer or error, by position"}
	}
	return verdict{worst.Kind, fmt.Sprintf("at %d of %d positions, the first: %s", count, len(all), worst.Note)}
}
