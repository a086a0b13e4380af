package backend

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth/authority"
	"rekey/test/kit/must"
	"rekey/usage"
)

const good = `{"plan_type":"plus","account_id":"acct-1","rate_limit":{"allowed":true,"limit_reached":false,"primary_window":{"used_percent":12,"limit_window_seconds":18000,"reset_after_seconds":3600,"reset_at":1900000000}}}`

// who has fake credentials.
func who() usage.Asker {
	return usage.Asker{Header: func(set func(name, value string)) {
		set("Authorization", "Bearer fake-access-token")
		set("ChatGPT-Account-ID", "acct-1")
	}}
}

// asking is a client of a server that answers with handle, through the transport
// that the program uses.
func asking(t *testing.T, handle http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	network := must.Get(authority.NewHTTPClient(authority.Network{}))(t)
	return &Client{
		HTTP: func() (*http.Client, error) { return network, nil }, Base: func() string { return server.URL + "/backend-api" },
		UserAgent: "rekey/1.2.3 (linux; amd64)", Now: time.Now,
	}
}

// problemOf is what a question ended with.
func problem(t *testing.T, err error) usage.Problem {
	t.Helper()
	var f *usage.Failure
	if err == nil {
		return ""
	}
	if !errors.As(err, &f) {
		t.Fatalf("%v is no *usage.Failure", err)
	}
	return f.Problem
}

func TestRequest(t *testing.T) {
	var seen []*http.Request
	c := asking(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r)
		_, _ = io.WriteString(w, good)
	})
	if a, err := c.Usage(t.Context(), who()); err != nil || a.AccountID != "acct-1" || len(a.Usage.Windows) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	if len(seen) != 1 {
		t.Fatalf("%d requests", len(seen))
	}
	r := seen[0]
	if r.Method != "GET" || r.URL.String() != "/backend-api/wham/usage" || len(r.Header) != 5 || r.Header.Get("Authorization") != "Bearer fake-access-token" ||
		r.Header.Get("ChatGPT-Account-ID") != "acct-1" || r.UserAgent() != "rekey/1.2.3 (linux; amd64)" || r.Header.Get("Accept") != "*/*" {
		t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
	}
}

func TestAddress(t *testing.T) {
	for base, want := range map[string]string{
		"":                                   "https://chatgpt.com/backend-api/wham/usage",
		"https://chatgpt.com":                "https://chatgpt.com/backend-api/wham/usage",
		"https://chat.openai.com/":           "https://chat.openai.com/backend-api/wham/usage",
		"https://chatgpt.com/backend-api///": "https://chatgpt.com/backend-api/wham/usage",
		"http://127.0.0.1:1":                 "http://127.0.0.1:1/api/codex/usage",
		"http://127.0.0.1:1/x/":              "http://127.0.0.1:1/x/api/codex/usage",
		"http://127.0.0.1:1/x/backend-api":   "http://127.0.0.1:1/x/backend-api/wham/usage",
	} {
		if got := address(base, usagePath); got != want {
			t.Errorf("%q: %s, want %s", base, got, want)
		}
	}
}

// TestWrongAnswers: each is one reason, and nothing follows it.
func TestWrongAnswers(t *testing.T) {
	status := func(n int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(n)
			_, _ = io.WriteString(w, `{"error":"ada@example.com"}`)
		}
	}
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, text) }
	}
	packed := func(text string, without int) http.HandlerFunc {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, text)
		_ = z.Close()
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(b.Bytes()[:b.Len()-without])
		}
	}
	tests := map[string]struct {
		handle http.HandlerFunc
		want   usage.Problem
	}{
		"good":             {body(good), ""},
		"compressed":       {packed(good, 0), ""},
		"compressed, half": {packed(good, 20), usage.ProblemBrokenOff},
		"compressed 10 MB": {packed(strings.Repeat(" ", 10<<20), 0), usage.ProblemTooLarge},
		"said to be compressed": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, good)
		}, usage.ProblemBrokenOff},
		"200 HTML":   {body("<html>log in</html>"), usage.ProblemNotUsage},
		"empty":      {body(""), usage.ProblemNotUsage},
		"a list":     {body("[]"), usage.ProblemNotUsage},
		"10 MB":      {body(strings.Repeat(" ", 10<<20)), usage.ProblemTooLarge},
		"1 MiB + 1":  {body(good + strings.Repeat(" ", maxBody+1-len(good))), usage.ProblemTooLarge},
		"just 1 MiB": {body(good + strings.Repeat(" ", maxBody-len(good))), ""},
		"half": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(2*len(good)))
			_, _ = io.WriteString(w, good)
		}, usage.ProblemBrokenOff},
		"hangs up": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, usage.ProblemBrokenOff},
		"301":      {status(301), usage.ProblemRedirect},
		"307":      {status(307), usage.ProblemRedirect},
		"400":      {status(400), usage.ProblemStatus},
		"401":      {status(401), usage.ProblemUnauthorized},
		"403":      {status(403), usage.ProblemForbidden},
		"404":      {status(404), usage.ProblemStatus},
		"429":      {status(429), usage.ProblemRateLimited},
		"432":      {status(432), usage.ProblemRouting},
		"500":      {status(500), usage.ProblemServer},
		"503":      {status(503), usage.ProblemServer},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			c := asking(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				test.handle(w, r)
			})
			_, err := c.Usage(t.Context(), who())
			if got := problem(t, err); got != test.want || requests.Load() != 1 {
				t.Errorf("%q after %d requests, want %q after 1", got, requests.Load(), test.want)
			}
			if err != nil && strings.Contains(err.Error(), "ada") {
				t.Errorf("the error quotes the backend: %v", err)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		c := asking(t, body(good))
		c.Base = func() string { return "http://127.0.0.1:1/backend-api" }
		if _, err := c.Usage(t.Context(), who()); problem(t, err) != usage.ProblemNotReached {
			t.Errorf("got %v", err)
		}
	})
	t.Run("plain HTTP", func(t *testing.T) {
		c := asking(t, body(good))
		c.Base = func() string { return "http://backend.example/backend-api" }
		if _, err := c.Usage(t.Context(), who()); problem(t, err) != usage.ProblemNotReached {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no network", func(t *testing.T) {
		c := asking(t, body(good))
		c.HTTP = func() (*http.Client, error) { return nil, authority.ErrNoCertificate }
		if _, err := c.Usage(t.Context(), who()); problem(t, err) != usage.ProblemNetwork {
			t.Errorf("got %v", err)
		}
	})
}

// TestSlowAnswer: ten seconds are all that an answer has, also its last byte.
func TestSlowAnswer(t *testing.T) {
	for name, begin := range map[string]string{
		"nothing comes": "",
		"half comes":    "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
					ours, theirs := net.Pipe()
					go func() {
						buf := make([]byte, 4096)
						_, _ = theirs.Read(buf)
						_, _ = io.WriteString(theirs, begin)
						_, _ = theirs.Read(buf) // until the client hangs up
						_ = theirs.Close()
					}()
					return ours, nil
				}}
				c := &Client{HTTP: func() (*http.Client, error) { return &http.Client{Transport: transport}, nil },
					Base: func() string { return "http://127.0.0.1/backend-api" }, Now: time.Now}
				began := time.Now()
				_, err := c.Usage(t.Context(), who())
				if problem(t, err) != usage.ProblemTooSlow || time.Since(began) != askLimit {
					t.Errorf("%v after %s", err, time.Since(began))
				}
			})
		})
	}
}

// TestClocks: where the backend's clock and ours differ, ours counts.
func TestClocks(t *testing.T) {
	c := asking(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(3*time.Hour).UTC().Format(http.TimeFormat))
		_, _ = io.WriteString(w, good)
	})
	a, err := c.Usage(t.Context(), who())
	must.Do(t, err)
	if off := time.Unix(1900000000, 0).Sub(a.Usage.Windows[0].ResetsAt) - 3*time.Hour; off.Abs() > 5*time.Second {
		t.Errorf("the reset is %s off", off)
	}
	c = asking(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Sat, 28 Nov 2099 12:00:00 GMT")
		w.Header().Set("Retry-After", "Sat, 28 Nov 2099 12:05:00 GMT")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err = c.Usage(t.Context(), who())
	var f *usage.Failure
	if !errors.As(err, &f) || f.RetryAfter != 5*time.Minute {
		t.Errorf("a pause until five minutes past its clock is %+v", f)
	}
}
