package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// machine is what figures depend on beside the code.
type machine struct {
	system, goVersion string
	cores, procs      int
	versions          []string // of the contenders' modules
}

func thisMachine() machine {
	return machine{
		system:    runtime.GOOS + "/" + runtime.GOARCH,
		goVersion: strings.TrimPrefix(runtime.Version(), "go"),
		cores:     runtime.NumCPU(),
		procs:     runtime.GOMAXPROCS(0),
		versions:  versions(),
	}
}

func (m machine) String() string {
	return fmt.Sprintf("%s, %d cores (GOMAXPROCS %d), Go %s, GOEXPERIMENT off.", m.system, m.cores, m.procs, m.goVersion)
}

// versions are those that this program was built with.
func versions() (list []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	built := map[string]string{}
	for _, module := range info.Deps {
		built[module.Path] = module.Version
	}
	seen := map[string]bool{"": true}
	for _, c := range contenders {
		switch {
		case seen[c.module]:
		case c.name == ours:
			list = append(list, c.name+" of this repository")
		default:
			list = append(list, c.module+" "+built[c.module])
		}
		seen[c.module] = true
	}
	return list
}

// errExperiment is why a run is refused: encoding/json is the measure of all things
// here, and experiments change it.
var errExperiment = errors.New("GOEXPERIMENT is set: the figures would not be those of Go as it is")

func refuseExperiments() error {
	if os.Getenv("GOEXPERIMENT") != "" || strings.Contains(runtime.Version(), "X:") {
		return errExperiment
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "GOEXPERIMENT" && s.Value != "" {
				return errExperiment
			}
		}
	}
	return nil
}
