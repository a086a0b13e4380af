package login

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// maxOutputLine bounds the part of a line that is read, in bytes.
const maxOutputLine = 8 << 10

// codexOutput parses what "codex login" prints for people: the address of the
// page, and what went wrong. It keeps nothing else. It is for one goroutine at a
// time.
type codexOutput struct {
	prompt func(url string) // nil once it was called

	rest []byte // the line so far
	said string // the last line
}

// Write implements io.Writer; it never fails.
func (o *codexOutput) Write(p []byte) (int, error) {
	for _, b := range p {
		switch {
		case b == '\n':
			o.read(string(o.rest))
			o.rest = o.rest[:0]
		case len(o.rest) < maxOutputLine:
			o.rest = append(o.rest, b)
		}
	}
	return len(p), nil
}

// controls matches colours and other terminal controls (ECMA-48, section 5.4).
var controls = lazily(`\x1b\[[0-?]*[ -/]*[@-~]`)

// read takes in one line.
func (o *codexOutput) read(raw string) {
	text := strings.TrimSpace(controls().ReplaceAllString(raw, ""))
	if text == "" {
		return
	}
	o.said = text
	if o.prompt != nil && isPage(text) {
		o.prompt(text)
		o.prompt = nil
	}
}

// isPage reports whether a line is the address of the page to sign in on.
func isPage(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && strings.HasSuffix(u.Path, "/oauth/authorize")
}

// tokens matches words that are too long to be meant for people.
var tokens = lazily(`[\w.~+/=-]{32,}`)

// lazily compiles an expression when it is first used: most processes never do.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// last returns the last line printed, safe to show and to log.
func (o *codexOutput) last() string {
	if len(bytes.TrimSpace(o.rest)) > 0 {
		o.read(string(o.rest))
	}
	return line(tokens().ReplaceAllString(o.said, "…"))
}
