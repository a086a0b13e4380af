package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// reply is one answer of the authority, as a case describes it.
type reply struct {
	Status      int               `json:"status"`
	Body        json.RawMessage   `json:"body"`
	ContentType string            `json:"content_type"`
	Header      map[string]string `json:"headers"`
	Delay       float64           `json:"delay"` // seconds
	Drop        bool              `json:"drop"`
	Truncate    bool              `json:"truncate"`
}

// request is one refresh that the authority saw.
type request struct{ method, body string }

// authority answers the n-th refresh with the n-th reply, the last one again
// and again, and other paths as the backend. What is no refresh is not counted.
type authority struct {
	url    string
	http   *http.Server
	stop   context.CancelFunc
	served chan struct{} // closed when the listener is gone

	mu       sync.Mutex // guards all below
	replies  []reply
	backend  map[string]reply // by path
	requests []request
	inFlight int
	last     time.Time     // the last arrival or answer
	changed  chan struct{} // closed, and replaced, at every arrival and answer
}

// listen starts an authority without replies: they may name its address, so
// that script sets them later.
func listen() (*authority, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the authority: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	a := &authority{
		url: "http://" + listener.Addr().String(), stop: stop,
		served: make(chan struct{}), changed: make(chan struct{}), last: time.Now(),
	}
	a.http = &http.Server{
		Handler:           http.HandlerFunc(a.serve),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(io.Discard, "", 0),
		ReadHeaderTimeout: time.Minute,
	}
	go func() {
		defer close(a.served)
		_ = a.http.Serve(listener) // always ends with ErrServerClosed
	}()
	return a, nil
}

// script sets the replies to refreshes and those for other paths.
func (a *authority) script(replies []reply, backend map[string]reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.replies, a.backend = replies, backend
}

// close stops the authority and waits until nothing of it runs.
func (a *authority) close() {
	a.stop()
	_ = a.http.Close()
	<-a.served
	_ = a.settle(context.Background(), 0, 0)
}

func (a *authority) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	answer := a.arrived(r, string(body))
	defer a.answered()
	answer.send(w, r)
}

// arrived counts the request and picks its reply.
func (a *authority) arrived(r *http.Request, body string) reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inFlight++
	a.announce()
	if r.URL.Path != "/oauth/token" && !strings.HasPrefix(r.URL.Path, "/redirected") {
		if answer, ok := a.backend[r.URL.Path]; ok {
			return answer
		}
		return reply{Status: http.StatusNotFound}
	}
	n := len(a.requests)
	a.requests = append(a.requests, request{r.Method, body})
	if len(a.replies) == 0 {
		return reply{Status: http.StatusInternalServerError}
	}
	return a.replies[min(n, len(a.replies)-1)]
}

func (a *authority) answered() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inFlight--
	a.announce()
}

// announce wakes those who wait; a.mu is held.
func (a *authority) announce() {
	a.last = time.Now()
	close(a.changed)
	a.changed = make(chan struct{})
}

// seen returns the refreshes so far.
func (a *authority) seen() []request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests[:len(a.requests):len(a.requests)]
}

// late is how long a request that has to come is waited for on a machine that
// does much else.
const late = 5 * time.Second

// settle waits until no request is in flight, none has come or gone for the
// quiet time, and so many as have to come have come or are late.
func (a *authority) settle(ctx context.Context, quiet time.Duration, expected int) error {
	begun := time.Now()
	return a.wait(ctx, func() time.Duration {
		if a.inFlight > 0 {
			return time.Minute // its answer wakes us
		}
		rest := quiet - time.Since(a.last)
		if len(a.requests) < expected {
			rest = max(rest, late-time.Since(begun))
		}
		return rest
	})
}

// awaitMore waits until there were more than n refreshes.
func (a *authority) awaitMore(ctx context.Context, n int) error {
	return a.wait(ctx, func() time.Duration {
		if len(a.requests) > n {
			return 0
		}
		return time.Minute
	})
}

// wait returns once remaining, which is called with a.mu held, says that no
// time remains. It asks again after every change and after that time.
func (a *authority) wait(ctx context.Context, remaining func() time.Duration) error {
	for {
		a.mu.Lock()
		rest, changed := remaining(), a.changed
		a.mu.Unlock()
		if rest <= 0 {
			return nil
		}
		timer := time.NewTimer(rest)
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return fmt.Errorf("wait for the authority: %w", context.Cause(ctx))
		}
	}
}

// send answers as the reply says. A panic with ErrAbortHandler is net/http's
// way to close the connection unanswered.
func (p reply) send(w http.ResponseWriter, r *http.Request) {
	timer := time.NewTimer(seconds(p.Delay))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
	body, err := bodyOf(p.Body)
	if p.Drop || err != nil {
		panic(http.ErrAbortHandler)
	}
	length := len(body)
	if p.Truncate {
		length += 100 // net/http closes the connection when less follows
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if p.ContentType != "" {
		h.Set("Content-Type", p.ContentType)
	}
	for name, value := range p.Header {
		h.Set(name, value)
	}
	h.Set("Content-Length", strconv.Itoa(length))
	if p.Status != 0 {
		w.WriteHeader(p.Status)
	}
	_, _ = w.Write(body) // the command may be gone
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
