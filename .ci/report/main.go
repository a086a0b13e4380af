// Report turns the output of "go test -json" on standard input into what a
// reader wants of it: one line for each package, everything about a failure,
// and a list of the tests that did not run. It reads standard input and writes
// standard output and the one file it is given.
//
//	go test -json ./... | report .cache/log/skipped
//
// It ends with status 1 when a test failed.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go test -json … | report FILE-FOR-SKIPPED-TESTS")
		os.Exit(2)
	}
	skipped, err := os.OpenFile(os.Args[1], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		fatal(err)
	}
	passed, err := report(os.Stdin, os.Stdout, skipped)
	if closeErr := skipped.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		fatal(err)
	}
	if !passed {
		os.Exit(1)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "report:", err)
	os.Exit(2)
}
