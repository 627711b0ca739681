package main

import (
	"os"
	"runtime"
	"runtime/pprof"
	"syscall"
	"time"
)

// measure has work done that comes to so many units, and gives what it cost the
// process. The garbage of before is collected first.
func (b *bench) measure(units int, work func() error) (figure, error) {
	runtime.GC()
	runtime.GC() // what the first one let finalizers free
	stop, err := b.profile.start()
	if err != nil {
		return nil, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	spent := cpuTime(syscall.RUSAGE_SELF)
	err = work()
	spent = cpuTime(syscall.RUSAGE_SELF) - spent
	runtime.ReadMemStats(&after)
	stop()
	if err != nil {
		return nil, err
	}
	n := float64(units)
	return figure{
		cpu:    float64(spent.Nanoseconds()) / 1000 / n,
		allocs: float64(after.Mallocs-before.Mallocs) / n,
		alloc:  float64(after.TotalAlloc-before.TotalAlloc) / n,
	}, nil
}

// cpuTime is user and system time: of this process, or of its children that ended.
func cpuTime(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		panic(err) // only a who that does not exist
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// live is what the process holds: heap in use after a collection, and stacks.
func live() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// profile is where a worker's profiles go. A nil one makes none.
type profile struct{ cpu, memory string }

// start begins the CPU profile. What it gives ends it, and writes all allocations
// since the process began.
func (p *profile) start() (stop func(), err error) {
	if p == nil || p.cpu == "" && p.memory == "" {
		return func() {}, nil
	}
	if p.cpu != "" {
		file, err := os.Create(p.cpu)
		if err != nil {
			return nil, err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return nil, err
		}
	}
	return func() {
		pprof.StopCPUProfile()
		if p.memory == "" {
			return
		}
		if file, err := os.Create(p.memory); err == nil {
			pprof.Lookup("allocs").WriteTo(file, 0)
			file.Close()
		}
	}, nil
}
