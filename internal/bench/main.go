package main

import (
	"fmt"
	"os"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 {
		switch args[0] {
		case workerWord:
			os.Exit(work(args[1:], os.Stdout, os.Stderr))
		case serverWord:
			if err := serveUntil(os.Stdin, os.Stdout); err != nil {
				fmt.Fprintln(os.Stderr, "bench server:", err)
				os.Exit(1)
			}
			return
		}
	}
	os.Exit(2)
}
