package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

const (
	binary   metric = "binary"   // bytes, stripped
	packages metric = "packages" // beyond the standard library's
	modules  metric = "modules"  // that these come from
	build    metric = "build"    // CPU seconds, with only the standard library built before
)

// runProgram builds the contender's program of one call. It wants to be in the
// module's folder. Only a full one measures the build: that wants a cache in which
// the standard library alone is.
func runProgram(b *bench) (figure, error) {
	if b.contender.program == "" {
		return nil, errors.New("there is no program")
	}
	path := b.contender.program
	dir, err := os.MkdirTemp("", "azmistral-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	f, err := listed(path)
	if err != nil {
		return nil, err
	}
	env := append(os.Environ(), "CGO_ENABLED=0")
	if b.scale == full {
		if b.stdCache == "" {
			b.stdCache = filepath.Join(dir, "std")
		}
		if err := buildStandard(b.stdCache); err != nil {
			return nil, err
		}
		cache := filepath.Join(dir, "cache")
		if err := os.CopyFS(cache, os.DirFS(b.stdCache)); err != nil {
			return nil, err
		}
		env = append(env, "GOCACHE="+cache)
	}
	program := filepath.Join(dir, "program")
	spent := cpuTime(syscall.RUSAGE_CHILDREN)
	if _, err := goCommand(env, "build", "-ldflags=-s -w", "-o", program, path); err != nil {
		return nil, err
	}
	spent = cpuTime(syscall.RUSAGE_CHILDREN) - spent
	if b.scale == full {
		f[build] = spent.Seconds()
	}
	info, err := os.Stat(program)
	if err != nil {
		return nil, err
	}
	f[binary] = float64(info.Size())
	return f, nil
}

// listed counts what a program is made of.
func listed(path string) (figure, error) {
	lines, err := goCommand(append(os.Environ(), "CGO_ENABLED=0"), "list", "-deps", "-f", "{{if not .Standard}}{{.Module.Path}}{{end}}", path)
	if err != nil {
		return nil, err
	}
	lines = lines[:len(lines)-1] // the program itself
	slices.Sort(lines)
	return figure{packages: float64(len(lines)), modules: float64(len(slices.Compact(lines)))}, nil
}

// buildStandard builds what the programs need of the standard library, where that has
// not been done.
func buildStandard(cache string) error {
	env := append(os.Environ(), "CGO_ENABLED=0", "GOCACHE="+cache)
	if _, err := os.Stat(cache); err == nil {
		return nil
	}
	args := []string{"list", "-deps", "-f", "{{if .Standard}}{{.ImportPath}}{{end}}"}
	for _, c := range contenders {
		if c.program != "" {
			args = append(args, c.program)
		}
	}
	list, err := goCommand(env, args...)
	if err != nil {
		return err
	}
	_, err = goCommand(env, append([]string{"build"}, list...)...)
	return err
}

// goCommand gives the lines that the go command prints.
func goCommand(env []string, args ...string) ([]string, error) {
	cmd := exec.Command("go", args...)
	cmd.Env = env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, stderr.String())
	}
	return strings.Fields(string(out)), nil
}
