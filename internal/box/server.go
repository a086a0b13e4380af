package box

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config configures a Server. The zero value is usable.
type Config struct {
	// Account is who approves sign-ins at first, Ada when zero.
	Account Account
	// ClientID is the only client that is known, Codex's when "".
	ClientID string
	// AccessLife is how long access tokens live, DefaultAccessLife when 0.
	AccessLife time.Duration
	// ReuseRevokesFamily ends the whole sign-in when a refresh token is used
	// twice, as RFC 9700, section 4.14.2 wants it.
	ReuseRevokesFamily bool
	// ApprovalPage shows a page with an Approve link, for a sign-in by hand.
	// Otherwise every sign-in is approved immediately.
	ApprovalPage bool
	// APIKey is what an ID token can be exchanged for. If it is "", the
	// exchange is refused, as for most accounts.
	APIKey string
	// DeviceInterval is the interval for polls of a device, in whole seconds. 0
	// requires no pause.
	DeviceInterval time.Duration
	// UsageWindow is the length of the first usage window that the backend
	// reports, DefaultUsageWindow when 0.
	UsageWindow time.Duration
	// Now is the server's clock, time.Now when nil. It must be safe for
	// concurrent use.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	c.Account = c.Account.orAda()
	if c.ClientID == "" {
		c.ClientID = CodexClientID
	}
	if c.AccessLife == 0 {
		c.AccessLife = DefaultAccessLife
	}
	if c.UsageWindow == 0 {
		c.UsageWindow = DefaultUsageWindow
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Server is a running authorization server. Its methods are safe for
// concurrent use.
type Server struct {
	cfg     Config
	issuer  string
	http    *http.Server
	stop    context.CancelFunc // ends requests that are held back
	ledger  *ledger
	journal *journal
	script  *script
	codes   *codes
	devices *devices
	meter   *meter
	running sync.WaitGroup // the listener and every request

	mu      sync.Mutex // guards all below
	account Account
	closed  bool
}

// Start starts a server on a free port of 127.0.0.1. The caller closes it.
func Start(cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the authorization server: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{
		cfg:     cfg,
		issuer:  "http://" + listener.Addr().String(),
		stop:    stop,
		ledger:  newLedger(cfg),
		journal: newJournal(cfg.Now),
		script:  &script{},
		codes:   &codes{waiting: make(map[string]authCode)},
		devices: &devices{waiting: make(map[string]*device)},
		meter:   &meter{begun: cfg.Now(), window: cfg.UsageWindow},
		account: cfg.Account,
	}
	s.http = &http.Server{
		Handler:           s.whileOpen(s.routes()),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(io.Discard, "", 0), // clients that hang up are part of the game
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
	}
	s.running.Go(func() { _ = s.http.Serve(listener) }) // always ends with ErrServerClosed
	return s, nil
}

// Close stops the server, cuts its connections and waits for all it started.
// It may be called twice.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	_ = s.http.Close() // the listener is closed by then, whatever it says
	s.running.Wait()
}

// whileOpen counts requests into s.running until the server is closed.
func (s *Server) whileOpen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			panic(http.ErrAbortHandler)
		}
		s.running.Add(1)
		s.mu.Unlock()
		defer s.running.Done()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(*call){
		"GET /oauth/authorize":                   s.authorize,
		"POST /oauth/token":                      s.token,
		"POST /oauth/revoke":                     s.revoke,
		"POST /api/accounts/deviceauth/usercode": s.deviceCode,
		"POST /api/accounts/deviceauth/token":    s.deviceToken,
		"GET /backend-api/wham/accounts/check":   s.workspaces,
		"GET " + usagePath:                       s.usage,
		"GET " + resetCreditsPath:                s.resetCredits,
		"GET " + devicePage:                      s.devicePage,
	} {
		mux.Handle(pattern, s.endpoint(handle))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := s.script.instead(); f != nil {
			s.endpoint(func(c *call) { c.answer(f) }).ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// Issuer is the server's base URL, without a slash at its end.
func (s *Server) Issuer() string { return s.issuer }

// TokenURL is the token endpoint.
func (s *Server) TokenURL() string { return s.issuer + "/oauth/token" }

// RevokeURL is the revocation endpoint.
func (s *Server) RevokeURL() string { return s.issuer + "/oauth/revoke" }

// BackendURL is the value for chatgpt_base_url in config.toml, so that a real
// Codex finds what it looks up after a sign-in.
func (s *Server) BackendURL() string { return s.issuer + "/backend-api" }

// SetAccount changes who approves the sign-ins from now on.
func (s *Server) SetAccount(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account = a
}

// approver is who approves a sign-in now.
func (s *Server) approver() Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account
}

// SetAccessLife changes how long access tokens live that are issued from now on.
func (s *Server) SetAccessLife(d time.Duration) { s.ledger.setAccessLife(d) }

// Issue signs the account in, without any request, and returns its tokens.
func (s *Server) Issue(a Account) Tokens { return s.ledger.issue(a, s.cfg.ClientID) }

// SignIn signs the account in, without any request, and returns the auth.json
// that Codex would have written.
func (s *Server) SignIn(a Account) []byte {
	return AuthJSON(WithAccount(a), WithTokens(s.Issue(a)), WithIssued(s.cfg.Now()))
}

// RevokeAll ends every sign-in: no refresh token issued so far works again.
func (s *Server) RevokeAll() { s.ledger.revokeAll() }

// Works reports whether this refresh token could be redeemed now.
func (s *Server) Works(refreshToken string) bool { return s.ledger.works(refreshToken) }
