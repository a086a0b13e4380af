package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// errDeclined is for a Confirm whose user said no.
var errDeclined = errors.New("declined")

// boxed starts an authorization server.
func boxed(t *testing.T, cfg box.Config) *box.Server {
	t.Helper()
	s := must.Get(box.Start(cfg))(t)
	t.Cleanup(s.Close)
	return s
}

// issuer starts a server that answers every exchange by handle.
func issuer(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s.URL
}

func clientOf(issuerURL string) *authority.Client {
	return authority.New(authority.Config{Issuer: issuerURL})
}

// flow is a running Browser.Run whose page nobody has opened yet.
type flow struct {
	page   *url.URL // the authorize URL
	cancel context.CancelFunc
	done   chan struct{}  // closed when Run has returned
	signIn *auth.Snapshot // set when done
	err    error          // set when done
}

// run starts a flow on a free port unless b names ports, and waits until the
// page's address is known.
func run(t *testing.T, b Browser) *flow {
	t.Helper()
	if b.Ports == nil {
		b.Ports = []int{0}
	}
	addresses := make(chan string, 1)
	b.Prompt = func(url string) { addresses <- url }
	ctx, cancel := context.WithCancel(t.Context())
	f := &flow{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		f.signIn, f.err = b.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-f.done })
	select {
	case address := <-addresses:
		f.page = parse(t, address)
	case <-f.done:
		t.Fatalf("the flow ended early: %v", f.err)
	case <-time.After(kit.Patience):
		t.Fatal("no address of a page")
	}
	return f
}

// end waits for the flow's end.
func (f *flow) end(t *testing.T) error {
	t.Helper()
	kit.Receive(t, "the end of the flow", f.done)
	return f.err
}

// running fails the test if the flow has ended.
func (f *flow) running(t *testing.T) {
	t.Helper()
	select {
	case <-f.done:
		t.Fatalf("the flow ended: %v", f.err)
	default:
	}
}

func (f *flow) state() string { return f.page.Query().Get("state") }

// at is an address on the flow's own server.
func (f *flow) at(path string, query url.Values) string {
	u, err := url.Parse(f.page.Query().Get("redirect_uri"))
	if err != nil {
		return "" // run has parsed the whole before
	}
	u.Path, u.RawQuery = path, query.Encode()
	return u.String()
}

// callback is the right callback with these parameters instead of a code.
func (f *flow) callback(pairs ...string) string {
	q := url.Values{"state": {f.state()}}
	for i := 0; i < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return f.at(callbackPath, q)
}

// visit is what a browser was shown in the end.
type visit struct {
	status int
	header http.Header
	body   string
}

// open visits a page as a browser does, following redirects.
func open(t *testing.T, address string, headers ...string) visit {
	t.Helper()
	return do(t, http.MethodGet, address, headers...)
}

func do(t *testing.T, method, address string, headers ...string) visit {
	t.Helper()
	return must.Get(try(t.Context(), method, address, headers...))(t)
}

func try(ctx context.Context, method, address string, headers ...string) (visit, error) {
	ctx, cancel := context.WithTimeout(ctx, kit.Patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return visit{}, err
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return visit{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return visit{resp.StatusCode, resp.Header, string(body)}, err
}

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	return must.Get(url.Parse(address))(t)
}

// TestMain lets this test's program play codex, under whose name it is linked
// then: codex is given only a short list of variables, so its name has to tell.
func TestMain(m *testing.M) {
	if play, ok := strings.CutPrefix(filepath.Base(os.Args[0]), "codex-"); ok {
		os.Exit(playCodex(play))
	}
	os.Exit(m.Run())
}

// playCodex does what codex might and writes down what it was told.
func playCodex(what string) int {
	said := strings.Join(append(os.Args[1:], os.Environ()...), "\n")
	if err := os.WriteFile(filepath.Join(os.Getenv("CODEX_HOME"), "told"), []byte(said), 0o600); err != nil {
		fmt.Println(err)
		return 1
	}
	switch what {
	case "browser":
		fmt.Fprintln(os.Stderr, "Starting local login server on http://localhost:1455.\nIf your browser did not open, navigate to this URL to authenticate:\n\nhttps://auth.example/oauth/authorize?response_type=code&state=x\n\nOn a remote or headless machine? Use `codex login --device-auth` instead.")
		fmt.Fprintln(os.Stderr, "Successfully logged in")
	case "fails":
		fmt.Fprintf(os.Stderr, "\x1b[31mError\x1b[0m logging in: eyJ%s is bad\n", strings.Repeat("0123456789", 10))
		return 1
	case "floods":
		fmt.Fprintln(os.Stderr, strings.Repeat("x ", 10<<20))
		return 1
	case "hangs":
		fmt.Println("https://auth.example/oauth/authorize")
		time.Sleep(time.Hour) // a bare select is a deadlock, which Go ends where there is no C
	}
	return 0
}
