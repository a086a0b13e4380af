package login

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rekey/internal/box"
	"rekey/test/kit/must"
)

// TestAttacks sends to a waiting flow what it must not fall for. Each time the
// flow has to go on and the right callback still has to work.
func TestAttacks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method  string
		target  func(f *flow) string
		headers []string
		status  int
	}{
		"no query":             {"GET", func(f *flow) string { return f.at(callbackPath, nil) }, nil, 400},
		"no state":             {"GET", func(f *flow) string { return f.at(callbackPath, url.Values{"code": {"c"}}) }, nil, 400},
		"empty state":          {"GET", func(f *flow) string { return f.at(callbackPath, url.Values{"code": {"c"}, "state": {""}}) }, nil, 400},
		"wrong state":          {"GET", func(f *flow) string { return f.at(callbackPath, url.Values{"code": {"c"}, "state": {"x"}}) }, nil, 400},
		"state of another one": {"GET", func(f *flow) string { return f.at(callbackPath, url.Values{"code": {"c"}, "state": {newState()}}) }, nil, 400},
		"beginning of state":   {"GET", func(f *flow) string { return f.at(callbackPath, url.Values{"state": {f.state()[:42]}}) }, nil, 400},
		"state and more":       {"GET", func(f *flow) string { return f.at(callbackPath, url.Values{"state": {f.state() + "x"}}) }, nil, 400},
		"state twice":          {"GET", func(f *flow) string { return f.callback("state", f.state()) }, nil, 400},
		"wrong state as well":  {"GET", func(f *flow) string { return f.callback("state", "x") }, nil, 400},
		"error, wrong state":   {"GET", func(f *flow) string { return f.at(callbackPath, url.Values{"error": {"e"}, "state": {"x"}}) }, nil, 400},
		"code twice":           {"GET", func(f *flow) string { return f.callback("code", "a", "code", "b") }, nil, 400},
		"error twice":          {"GET", func(f *flow) string { return f.callback("error", "a", "error", "b") }, nil, 400},
		"state in semicolons":  {"GET", func(f *flow) string { return f.at(callbackPath, nil) + "?x=1;state=" + f.state() }, nil, 400},
		"POST":                 {"POST", func(f *flow) string { return f.callback("code", "c") }, nil, 405},
		"HEAD":                 {"HEAD", func(f *flow) string { return f.callback("code", "c") }, nil, 405},
		"OPTIONS":              {"OPTIONS", func(f *flow) string { return f.callback("code", "c") }, []string{"Origin", "https://evil.example"}, 405},
		"POST cancel":          {"POST", func(f *flow) string { return f.at(cancelPath, nil) }, nil, 405},
		"another host":         {"GET", func(f *flow) string { return f.callback("code", "c") }, []string{"Host", "evil.example"}, 421},
		"another host's port":  {"GET", func(f *flow) string { return f.callback("code", "c") }, []string{"Host", "evil.example:" + "1455"}, 421},
		"host without port":    {"GET", func(f *flow) string { return f.callback("code", "c") }, []string{"Host", "127.0.0.1"}, 421},
		"host that begins so":  {"GET", func(f *flow) string { return f.callback("code", "c") }, []string{"Host", "localhost.evil.example"}, 421},
		"cancel, another host": {"GET", func(f *flow) string { return f.at(cancelPath, nil) }, []string{"Host", "evil.example"}, 421},
		"slash at the end":     {"GET", func(f *flow) string { return f.at(callbackPath+"/", url.Values{"state": {f.state()}}) }, nil, 404},
		"two slashes":          {"GET", func(f *flow) string { return f.at("/"+callbackPath, url.Values{"state": {f.state()}}) }, nil, 404},
		"dots":                 {"GET", func(f *flow) string { return f.at("/x/.."+callbackPath, url.Values{"state": {f.state()}}) }, nil, 404},
		"escaped path":         {"GET", func(f *flow) string { return strings.Replace(f.callback("code", "c"), "/auth/", "/%61uth/", 1) }, nil, 404},
		"success":              {"GET", func(f *flow) string { return f.at("/success", nil) }, nil, 404},
		"root":                 {"GET", func(f *flow) string { return f.at("/", nil) }, nil, 404},
		"cancel with origin":   {"GET", func(f *flow) string { return f.at(cancelPath, nil) }, []string{"Origin", "https://evil.example"}, 403},
		"cancel, null origin":  {"GET", func(f *flow) string { return f.at(cancelPath, nil) }, []string{"Origin", "null"}, 403},
		"cancel with referer":  {"GET", func(f *flow) string { return f.at(cancelPath, nil) }, []string{"Referer", "https://evil.example/"}, 403},
		"cancel, cross-site":   {"GET", func(f *flow) string { return f.at(cancelPath, nil) }, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"cancel, same-site":    {"GET", func(f *flow) string { return f.at(cancelPath, nil) }, []string{"Sec-Fetch-Site", "same-site"}, 403},
		"fetch by a page": {"GET", func(f *flow) string { return f.callback("code", "c") }, []string{
			"Origin", "https://evil.example", "Referer", "https://evil.example/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty",
		}, 403},
		"fetch, no CORS": {"GET", func(f *flow) string { return f.callback("code", "c") }, []string{
			"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "empty",
		}, 403},
		"fetch, no destination": {"GET", func(f *flow) string { return f.callback("code", "c") }, []string{"Sec-Fetch-Mode", "cors"}, 403},
		"img": {"GET", func(f *flow) string { return f.callback("code", "c") }, []string{
			"Referer", "https://evil.example/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image",
		}, 403},
		"frame": {"GET", func(f *flow) string { return f.callback("error", "e") }, []string{
			"Referer", "https://evil.example/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe",
		}, 403},
		"form": {"POST", func(f *flow) string { return f.callback("code", "c") }, []string{
			"Origin", "https://evil.example", "Referer", "https://evil.example/", "Content-Type", "application/x-www-form-urlencoded",
			"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document",
		}, 405},
		"link, state unknown": {"GET", func(f *flow) string { return f.at(callbackPath, url.Values{"code": {"c"}, "state": {"x"}}) }, []string{
			"Referer", "https://evil.example/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document",
		}, 400},
		"a page's preflight": {"OPTIONS", func(f *flow) string { return f.at(cancelPath, nil) }, []string{
			"Origin", "https://evil.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Private-Network", "true",
		}, 405},
		"1 MB of query":  {"GET", func(f *flow) string { return f.callback("code", strings.Repeat("x", 1<<20)) }, nil, 431},
		"1 MB of header": {"GET", func(f *flow) string { return f.callback("code", "c") }, []string{"X", strings.Repeat("x", 1<<20)}, 431},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := boxed(t, box.Config{})
			f := run(t, Browser{Authority: clientOf(server.Issuer())})
			got, err := try(t.Context(), tt.method, tt.target(f), tt.headers...)
			// A server that refuses a large request may cut the connection
			// while the client is still sending it.
			if tt.status != 431 && (err != nil || got.status != tt.status) || err == nil && got.status != tt.status {
				t.Errorf("got %d %q, error %v, want %d", got.status, got.body, err, tt.status)
			}
			for name := range got.header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("the answer opens itself to pages: %v", got.header)
				}
			}
			if strings.Contains(got.body, f.state()) {
				t.Error("the answer tells the state")
			}
			f.running(t)
			if requests := server.Requests(); len(requests) != 0 {
				t.Errorf("the authorization server was asked: %+v", requests)
			}
			open(t, f.page.String())
			if err := f.end(t); err != nil {
				t.Errorf("the right callback: %v", err)
			}
		})
	}
}

// TestLocalhostIsOurName: what Codex before 0.169 had in its redirect URI.
func TestLocalhostIsOurName(t *testing.T) {
	f := run(t, Browser{Authority: clientOf("https://auth.example")})
	host := "localhost:" + parse(t, f.at("/", nil)).Port()
	open(t, f.callback("error", "e"), "Host", host)
	var denied *DeniedError
	if err := f.end(t); !errors.As(err, &denied) {
		t.Errorf("got %v, want *DeniedError", err)
	}
}

// TestCancelRequest: another program's polite request, and a user's who types it.
func TestCancelRequest(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string][]string{"a program": nil, "an address bar": {"Sec-Fetch-Site", "none"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := run(t, Browser{Authority: clientOf("https://auth.example")})
			got := open(t, f.at(cancelPath, nil), headers...)
			if got.status != http.StatusOK || got.body != "Login cancelled" {
				t.Errorf("got %d %q", got.status, got.body)
			}
			if err := f.end(t); !errors.Is(err, ErrCancelled) {
				t.Errorf("got %v, want ErrCancelled", err)
			}
		})
	}
}

// TestBrowserLeavesEarly: a tab that is closed during the exchange ends nothing.
func TestBrowserLeavesEarly(t *testing.T) {
	asked, left := make(chan struct{}, 2), make(chan struct{})
	url := issuer(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-left
		fmt.Fprintf(w, `{"id_token":%q,"access_token":"a","refresh_token":"r"}`, "e30.e30.c2ln")
	})
	f := run(t, Browser{Authority: clientOf(url)})
	target := parse(t, f.callback("code", "c"))
	c := must.Get(net.Dial("tcp4", target.Host))(t)
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", target.RequestURI(), target.Host)
	<-asked
	c.Close()
	close(left)
	must.Do(t, f.end(t))
}

// TestHeaders: what every answer tells the browser to do with it.
func TestHeaders(t *testing.T) {
	page := httptest.NewRecorder()
	writePage(page, httptest.NewRequest(http.MethodGet, "/", nil), ending{})
	plain := httptest.NewRecorder()
	refuse(plain, http.StatusNotFound, "Not found.")
	if !page.Flushed || !plain.Flushed {
		t.Error("an answer can be lost when the server closes right after it")
	}
	for _, h := range []http.Header{page.Header(), plain.Header()} {
		for name, want := range map[string]string{
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Cache-Control":              "no-store",
			"Connection":                 "close",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		for _, directive := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(h.Get("Content-Security-Policy"), directive) {
				t.Errorf("policy %q lacks %s", h.Get("Content-Security-Policy"), directive)
			}
		}
		if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("policy %q", h.Get("Content-Security-Policy"))
		}
	}
}
