package login

import (
	"context"
	"crypto/subtle"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"rekey/auth"
)

const (
	callbackPath = "/auth/callback"
	cancelPath   = "/cancel"
)

// callback is the one request that ends the wait.
type callback struct {
	// cancel: another program asked for the port.
	cancel bool
	// code is empty when the server sent none.
	code auth.Secret
	// denied is the error that the server sent instead.
	denied error

	end   chan ending   // how the flow ended, for the page; capacity 1
	shown chan struct{} // closed when the page was written or is not wanted
	once  sync.Once     // for show
}

// ending is how a flow ended.
type ending struct {
	account     string // e-mail address, "" when unknown
	unconfirmed bool   // the flow goes on, but not in the browser
	err         error  // nil for success
}

// show sends the result page and waits a moment for that. Only the first call
// has an effect.
func (c *callback) show(e ending) {
	c.once.Do(func() {
		c.end <- e
		timer := time.NewTimer(pageWait)
		defer timer.Stop()
		select {
		case <-c.shown:
		case <-timer.C:
		}
	})
}

// server is the loopback redirect server (RFC 8252, section 7.3).
type server struct {
	port    int
	state   string
	http    *http.Server
	served  chan struct{} // closed when the listener is done
	closing chan struct{} // closed by close
	answers chan *callback
	// turn holds one token; the request that takes it is the one callback.
	turn chan struct{}
	once sync.Once // for close
}

// startServer serves on the listener until close. peer reports whether the
// other end of a connection may talk to us.
func startServer(l net.Listener, state string, peer func(net.Conn) bool) *server {
	s := &server{
		port:    l.Addr().(*net.TCPAddr).Port, // listen makes only these
		state:   state,
		served:  make(chan struct{}),
		closing: make(chan struct{}),
		answers: make(chan *callback, 1),
		turn:    make(chan struct{}, 1),
	}
	s.turn <- struct{}{}
	s.http = &http.Server{
		Handler: s,
		// Check early: later the other end, and so its owner, may be gone.
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, peerKey{}, peer(c))
		},
		ErrorLog:          log.New(io.Discard, "", 0), // do not log what other programs send
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      3 * time.Minute, // the answer to the callback waits for the exchange
		MaxHeaderBytes:    256 << 10,       // browsers send the cookies of every program on 127.0.0.1
	}
	s.http.SetKeepAlivesEnabled(false)
	go func() {
		defer close(s.served)
		_ = s.http.Serve(l) // always ends with ErrServerClosed
	}()
	return s
}

// close frees the port and closes every connection. It may be called more than
// once.
func (s *server) close() {
	s.once.Do(func() {
		close(s.closing)
		_ = s.http.Close()
	})
	<-s.served
}

func (s *server) redirectURI() string { return "http://" + address(s.port) + callbackPath }

// peerKey is the context key of the result of peer.
type peerKey struct{}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowed, _ := r.Context().Value(peerKey{}).(bool)
	switch {
	case !allowed:
		refuse(w, http.StatusForbidden, reader(r).Say("page.other_user"))
	case !s.isOurHost(r.Host):
		refuse(w, http.StatusMisdirectedRequest, "Not served under this name.")
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		refuse(w, http.StatusMethodNotAllowed, "Method not allowed.")
	case r.URL.EscapedPath() == callbackPath:
		s.callback(w, r)
	case r.URL.EscapedPath() == cancelPath:
		s.cancel(w, r)
	default:
		refuse(w, http.StatusNotFound, "Not found.")
	}
}

// isOurHost rejects web pages whose host name resolves to this machine (DNS
// rebinding).
func (s *server) isOurHost(host string) bool {
	port := strconv.Itoa(s.port)
	return host == "127.0.0.1:"+port || host == "localhost:"+port
}

// callback handles the authorization server's answer. A request without the
// state learns nothing and changes nothing. A duplicate parameter is an error
// (RFC 6749, section 3.1).
func (s *server) callback(w http.ResponseWriter, r *http.Request) {
	if !isNavigation(r) {
		refuse(w, http.StatusForbidden, "Not allowed from a web page.")
		return
	}
	// As for Codex a semicolon separates nothing, and a parameter that cannot be
	// read takes nothing but itself along.
	q, _ := url.ParseQuery(strings.ReplaceAll(r.URL.RawQuery, ";", "%3B"))
	if len(q["state"]) != 1 || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(s.state)) != 1 {
		refuse(w, http.StatusBadRequest, "State mismatch.")
		return
	}
	if len(q["code"]) > 1 || len(q["error"]) > 1 || len(q["error_description"]) > 1 {
		refuse(w, http.StatusBadRequest, "A parameter appears twice.")
		return
	}
	answer := &callback{}
	code, description := q.Get("error"), q.Get("error_description")
	switch {
	case !q.Has("error"):
		answer.code = auth.NewSecret(q.Get("code"))
	case code != "" || description != "":
		answer.denied = &DeniedError{Code: line(code), Description: line(description)}
	}
	s.answer(w, r, answer)
}

// isNavigation reports whether the request may be a top-level navigation, which
// is how the authorization server's answer comes. Browsers say so (Fetch
// Metadata). It rejects what a page fetches, embeds or frames, even if the page
// has learned the state.
func isNavigation(r *http.Request) bool {
	mode, dest := r.Header.Get("Sec-Fetch-Mode"), r.Header.Get("Sec-Fetch-Dest")
	return (mode == "" || mode == "navigate") && (dest == "" || dest == "document")
}

// cancel releases the port to another program. Web pages cannot do this,
// because browsers mark every request that a page causes.
func (s *server) cancel(w http.ResponseWriter, r *http.Request) {
	site := r.Header.Get("Sec-Fetch-Site")
	if r.Header.Get("Origin") != "" || r.Header.Get("Referer") != "" || site != "" && site != "none" {
		refuse(w, http.StatusForbidden, "Not allowed from a web page.")
		return
	}
	s.answer(w, r, &callback{cancel: true})
}

// answer passes the request to the flow, if it is the first, and shows how the
// flow ended.
func (s *server) answer(w http.ResponseWriter, r *http.Request, c *callback) {
	select {
	case <-s.turn:
	default:
		refuse(w, http.StatusConflict, reader(r).Say("page.answered"))
		return
	}
	c.end, c.shown = make(chan ending, 1), make(chan struct{})
	defer close(c.shown)
	s.answers <- c
	select {
	case e := <-c.end:
		if c.cancel {
			refuse(w, http.StatusOK, "Login cancelled") // Codex's own words
			return
		}
		writePage(w, r, e)
	case <-r.Context().Done():
	case <-s.closing:
	}
}
