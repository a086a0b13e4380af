package authority

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/must"
)

// TestRefreshRequest compares the request with Codex's, byte for byte but for
// the headers that name the connection. No connection is kept, because net/http repeats
// requests on kept ones.
func TestRefreshRequest(t *testing.T) {
	server := serve(t, text(response(200, `{}`)))
	client := New(Config{RefreshURL: server.url + tokenPath, Originator: "golden", UserAgent: "golden/1.0 (test)"})
	_, err := client.Refresh(t.Context(), auth.RefreshRequest{
		RefreshToken: auth.NewSecret(`refresh-<1>&"2"`), Reason: auth.RefreshProactive,
	})
	must.Do(t, err)
	const body = `{"client_id":"app_EMoamEEZ73f0CkXaXp7hrann","grant_type":"refresh_token",` +
		`"refresh_reason":"proactive_expiry","refresh_token":"refresh-<1>&\"2\""}`
	want := "POST /oauth/token HTTP/1.1\r\n" +
		"Host: " + strings.TrimPrefix(server.url, "http://") + "\r\n" +
		"User-Agent: golden/1.0 (test)\r\n" +
		fmt.Sprintf("Content-Length: %d\r\n", len(body)) +
		"Accept: */*\r\n" +
		"Content-Type: application/json\r\n" +
		"Originator: golden\r\n" +
		"Connection: close\r\n" +
		"\r\n" + body
	if got := server.seen(); len(got) != 1 || got[0] != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestCompressedAnswer: a proxy may compress what nobody asked it to.
func TestCompressedAnswer(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := io.WriteString(w, `{"id_token":"i","access_token":"a","refresh_token":"r"}`)
	must.Do(t, errors.Join(err, w.Close()))
	s := serve(t, text(response(200, packed.String(), "Content-Encoding: gzip")))
	refreshed, err := clientFor(s).Refresh(t.Context(), auth.RefreshRequest{RefreshToken: auth.NewSecret("r1")})
	if err != nil || refreshed.RefreshToken == nil || refreshed.RefreshToken.Reveal() != "r" {
		t.Errorf("a refresh: error %v", err)
	}
	if tokens, err := exchange(t.Context(), s, 0); err != nil || tokens.Refresh.Reveal() != "r" {
		t.Errorf("a sign-in: error %v", err)
	}
	// It is unpacked within bounds, and what is broken counts as it is.
	packed.Reset()
	w = gzip.NewWriter(&packed)
	_, err = w.Write(make([]byte, 64<<20))
	must.Do(t, errors.Join(err, w.Close()))
	for body, status := range map[string]int{packed.String(): 200, packed.String()[:100]: 401} {
		_, err := clientFor(serve(t, text(response(status, body)))).Refresh(t.Context(), auth.RefreshRequest{RefreshToken: auth.NewSecret("r1")})
		if f := failureOf(t, err); f.Permanent != (status == 401) || f.AnswerLost != (status == 200) {
			t.Errorf("%d: %+v", status, f)
		}
	}
}

func TestRefreshTarget(t *testing.T) {
	const override = "http://127.0.0.1:1/oauth/token"
	own := &auth.Provenance{Issuer: "https://issuer.example", ClientID: "cid-own"}
	for name, tt := range map[string]struct {
		cfg        Config
		provenance *auth.Provenance
		want       refreshTarget
	}{
		"nothing":                  {Config{}, nil, refreshTarget{DefaultIssuer + "/oauth/token", DefaultClientID, false}},
		"client from environment":  {Config{ClientID: "cid-env"}, nil, refreshTarget{DefaultIssuer + "/oauth/token", "cid-env", false}},
		"the login issuer is none": {Config{Issuer: "https://login.example"}, nil, refreshTarget{DefaultIssuer + "/oauth/token", DefaultClientID, false}},
		"provenance":               {Config{ClientID: "cid-env"}, own, refreshTarget{"https://issuer.example/oauth/token", "cid-own", false}},
		"no client of its own":     {Config{ClientID: "cid-env"}, &auth.Provenance{}, refreshTarget{DefaultIssuer + "/oauth/token", "", false}},
		"issuer with a slash":      {Config{}, &auth.Provenance{Issuer: "https://a.example/", ClientID: "c"}, refreshTarget{"https://a.example/oauth/token", "c", false}},
		"override":                 {Config{RefreshURL: override}, nil, refreshTarget{override, DefaultClientID, false}},
		"override of provenance":   {Config{RefreshURL: override}, own, refreshTarget{override, "cid-own", true}},
		"override that agrees":     {Config{RefreshURL: "https://issuer.example/oauth/token"}, own, refreshTarget{"https://issuer.example/oauth/token", "cid-own", false}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := New(tt.cfg).refreshTarget(tt.provenance); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestRefreshDropsProvenance(t *testing.T) {
	server := serve(t, text(response(200, `{}`)))
	for issuer, want := range map[string]bool{server.url: false, "https://elsewhere.example": true} {
		req := testRequest
		req.Provenance = &auth.Provenance{Issuer: issuer, ClientID: "c"}
		tokens, err := clientFor(server).Refresh(t.Context(), req)
		if err != nil || tokens.DropProvenance != want {
			t.Errorf("issuer %s: DropProvenance %t, want %t (error %v)", issuer, tokens.DropProvenance, want, err)
		}
	}
}

// TestRefreshFailures plays what can go wrong on the way. Lost is the question
// that matters: may the refresh token be spent?
func TestRefreshFailures(t *testing.T) {
	t.Parallel()
	const ok = `{"access_token":"a","refresh_token":"r"}`
	huge := strings.Repeat("x", 10<<20)
	for name, tt := range map[string]struct {
		answer func(net.Conn)
		want   auth.RefreshError
	}{
		"dropped after reading":    {func(net.Conn) {}, auth.RefreshError{AnswerLost: true}},
		"never answers":            {untilClosed, auth.RefreshError{AnswerLost: true}},
		"half a header":            {text("HTTP/1.1 200 OK\r\nContent-Le"), auth.RefreshError{AnswerLost: true}},
		"stops inside the header":  {func(c net.Conn) { text("HTTP/1.1 200 OK\r\nContent-Le")(c); untilClosed(c) }, auth.RefreshError{AnswerLost: true}},
		"garbage":                  {text("220 mail.example ESMTP\r\n"), auth.RefreshError{AnswerLost: true}},
		"nothing after the header": {text("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n"), auth.RefreshError{AnswerLost: true}},
		"body stops":               {func(c net.Conn) { text(response(200, ok)[:70])(c); untilClosed(c) }, auth.RefreshError{AnswerLost: true}},
		"truncated refusal":        {text("HTTP/1.1 401 No\r\nContent-Length: 40\r\n\r\n{"), auth.RefreshError{AnswerLost: true}},
		"chunk missing":            {text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), auth.RefreshError{AnswerLost: true}},
		"half, no length":          {text("HTTP/1.1 200 OK\r\n\r\n" + ok[:20]), auth.RefreshError{Status: 200, AnswerLost: true}},
		"not JSON, with length":    {text(response(200, "<html>")), auth.RefreshError{Status: 200}},
		"not JSON, chunked":        {text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n<>\r\n0\r\n\r\n"), auth.RefreshError{Status: 200}},
		"10 MiB of success":        {text(response(200, huge)), auth.RefreshError{AnswerLost: true}},
		"10 MiB of failure":        {text(response(502, huge)), auth.RefreshError{Status: 502}},
		"10 MiB of refusal":        {text(response(401, huge)), auth.RefreshError{Permanent: true, Reason: auth.ReasonUnauthorized, Status: 401}},
		"10 MiB of header":         {text("HTTP/1.1 200 OK\r\nX: " + huge), auth.RefreshError{AnswerLost: true}},
		"redirect to a bad place":  {text(response(302, "", "Location: ://")), auth.RefreshError{Status: 302, Page: true}},
		"a captive portal":         {text(response(200, "<html>", "Content-Type: text/html; charset=utf-8")), auth.RefreshError{Status: 200, Page: true}},
		"a page that forbids":      {text(response(403, "<html>", "Content-Type: text/html")), auth.RefreshError{Status: 403, Page: true}},
		"a gateway with trouble":   {text(response(502, "<html>", "Content-Type: text/html")), auth.RefreshError{Status: 502}},
		"refused for the region":   {text(response(403, `{"error":{"code":"unsupported_country_region_territory"}}`)), auth.RefreshError{Status: 403, Code: "unsupported_country_region_territory"}},
		"429 with seconds":         {text(response(429, "", "Retry-After: 120")), auth.RefreshError{Status: 429, RetryAfter: 2 * time.Minute}},
		"503 with too many":        {text(response(503, "", "Retry-After: 86400")), auth.RefreshError{Status: 503, RetryAfter: time.Hour}},
		"429 of a server whose clock is ahead": {
			text(response(429, "", "Date: Mon, 23 Nov 2099 12:00:00 GMT", "Retry-After: Mon, 23 Nov 2099 12:01:30 GMT")),
			auth.RefreshError{Status: 429, RetryAfter: 90 * time.Second},
		},
		"a refusal cannot be delayed": {text(response(401, "", "Retry-After: 120")), auth.RefreshError{Permanent: true, Reason: auth.ReasonUnauthorized, Status: 401}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, tt.answer)
			limit := 10 * time.Second
			if strings.Contains(name, "never") || strings.Contains(name, "stops") {
				limit = 200 * time.Millisecond
			}
			client := New(Config{RefreshURL: server.url + tokenPath, RefreshLimit: limit})
			_, err := client.Refresh(t.Context(), testRequest)
			got := failureOf(t, err)
			got.Err = nil
			if got != tt.want {
				t.Errorf("got %+v, want %+v (%v)", got, tt.want, err)
			}
			if n := len(server.seen()); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			if strings.Contains(err.Error(), testToken) || strings.Contains(err.Error(), "xxxx") {
				t.Errorf("the error quotes what was sent: %v", err)
			}
		})
	}
}

func failureOf(t *testing.T, err error) auth.RefreshError {
	t.Helper()
	var failure *auth.RefreshError
	if !errors.As(err, &failure) {
		t.Fatalf("error %v (%T), want *auth.RefreshError", err, err)
	}
	return *failure
}

// TestSealedBody: after a failure was reported net/http gets no more of the body.
func TestSealedBody(t *testing.T) {
	unread := newOnceBody([]byte("secret"), nil)
	if sent, _ := unread.seal(); sent {
		t.Error("an unread body counts as sent")
	}
	if n, err := unread.Read(make([]byte, 8)); n != 0 || !errors.Is(err, errSealed) {
		t.Errorf("Read after seal: %d bytes, error %v", n, err)
	}
	begun := newOnceBody([]byte("secret"), nil)
	_, _ = begun.Read(make([]byte, 2))
	if sent, _ := begun.seal(); !sent {
		t.Error("a body that was read counts as not sent")
	}
}
