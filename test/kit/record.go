package kit

import (
	"bytes"
	"strings"
	"sync"
)

// Record is a text that any goroutine may add to, and read.
type Record struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

// Write implements io.Writer.
func (r *Record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// String implements fmt.Stringer.
func (r *Record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// Lines are those of what was added so far; empty ones do not count.
func (r *Record) Lines() []string {
	return strings.FieldsFunc(r.String(), func(c rune) bool { return c == '\n' })
}
