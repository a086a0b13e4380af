package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// event is one line of "go test -json" (go doc cmd/test2json), or of the build
// before it (go help buildjson), as far as it matters here.
type event struct {
	Action  string
	Package string
	Test    string // "" for the package itself
	Output  string
}

// reporter follows the events of one run.
type reporter struct {
	out, skipped io.Writer
	output       map[string]map[string]*bytes.Buffer // by package and test, of those not ended
	counts       map[string]int                      // of tests, by action
}

// report reads events until the end of input. It writes words for people to
// out, and a line "package test: reason" for each test that did not run to
// skipped. It reports whether nothing failed; an error is one of reading.
func report(in io.Reader, out, skipped io.Writer) (passed bool, err error) {
	r := reporter{
		out: out, skipped: skipped,
		output: make(map[string]map[string]*bytes.Buffer),
		counts: make(map[string]int),
	}
	passed = true
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(out, lines.Text()) // go's own words, for example of a bad flag
			continue
		}
		passed = r.follow(e) && passed
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", r.counts["pass"], r.counts["fail"], r.counts["skip"])
	return passed, lines.Err()
}

// follow reports false when the event is a failure.
func (r *reporter) follow(e event) bool {
	switch {
	case e.Action == "build-output":
		fmt.Fprint(r.out, e.Output)
	case e.Action == "build-fail":
		return false
	case e.Test == "":
		return r.followPackage(e)
	case e.Action == "output":
		r.buffer(e).WriteString(e.Output)
	case e.Action == "pass", e.Action == "fail", e.Action == "skip":
		return r.endTest(e)
	}
	return true
}

func (r *reporter) followPackage(e event) bool {
	switch e.Action {
	case "output":
		if e.Output != "PASS\n" && e.Output != "FAIL\n" && !strings.HasPrefix(e.Output, "=== ") {
			fmt.Fprint(r.out, e.Output)
		}
	case "fail":
		for _, rest := range r.output[e.Package] { // tests that were running when the process died
			_, _ = rest.WriteTo(r.out)
		}
		delete(r.output, e.Package)
		return false
	}
	return true
}

func (r *reporter) endTest(e event) bool {
	r.counts[e.Action]++
	output := r.buffer(e)
	delete(r.output[e.Package], e.Test)
	switch e.Action {
	case "fail":
		fmt.Fprintf(r.out, "%s %s\n", e.Package, e.Test)
		_, _ = output.WriteTo(r.out)
		return false
	case "skip":
		fmt.Fprintf(r.skipped, "%s %s: %s\n", e.Package, e.Test, reason(output.String()))
	}
	return true
}

// buffer is where the output of a test is kept until it has ended.
func (r *reporter) buffer(e event) *bytes.Buffer {
	tests := r.output[e.Package]
	if tests == nil {
		tests = make(map[string]*bytes.Buffer)
		r.output[e.Package] = tests
	}
	if tests[e.Test] == nil {
		tests[e.Test] = new(bytes.Buffer)
	}
	return tests[e.Test]
}

// place is what package testing writes before a message: "    file.go:12: ".
var place = regexp.MustCompile(`^\s*\S+\.go:\d+: `)

// reason is what a skipped test said: its last message.
func reason(output string) string {
	said := "no reason given"
	for line := range strings.Lines(output) {
		if place.MatchString(line) {
			said = strings.TrimSpace(place.ReplaceAllString(line, ""))
		}
	}
	return said
}
