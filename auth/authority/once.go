package authority

import (
	"bytes"
	"errors"
	"sync"
)

// errSealed is what net/http gets when it reads the body of an abandoned
// request.
var errSealed = errors.New("the request was given up")

// onceBody is a request body that knows whether any of it may have been sent.
//
// net/http reads a body only after it has a connection (name resolved, TLS
// done) and has written the header, so "read" is the closest observable
// moment before "sent", and a request that fails earlier has revealed nothing.
type onceBody struct {
	before func() error // runs before the first byte is read, may be nil
	total  int64

	mu     sync.Mutex // guards all below; Read runs on a goroutine of net/http
	rest   *bytes.Reader
	sent   bool
	sealed bool
	refuse error // what before said
}

func newOnceBody(data []byte, before func() error) *onceBody {
	return &onceBody{before: before, total: int64(len(data)), rest: bytes.NewReader(data)}
}

func (b *onceBody) size() int64 { return b.total }

// Read implements io.Reader.
func (b *onceBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sealed {
		return 0, errSealed
	}
	if !b.sent && b.before != nil {
		if b.refuse = b.before(); b.refuse != nil {
			b.sealed = true
			return 0, b.refuse
		}
	}
	b.sent = true
	return b.rest.Read(p)
}

// Close implements io.Closer. net/http calls it at times of its own; only
// seal ends the body.
func (b *onceBody) Close() error { return nil }

// seal makes sure that no more of the body is sent. It reports whether any may
// have been sent, and the error of before that prevented it. Without seal,
// net/http could still send the body after it has reported a failure.
func (b *onceBody) seal() (sent bool, refused error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sealed = true
	return b.sent, b.refuse
}
