package box

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/clock"
	"rekey/test/kit/must"
)

// start starts a server for the test's life.
func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	s := must.Get(Start(cfg))(t)
	t.Cleanup(s.Close)
	return s
}

// answer is what a client gets to see.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

// code is the error code in either form, "" when there is none.
func (a answer) code() string {
	var flat struct{ Error string }
	if json.Unmarshal(a.body, &flat) == nil {
		return flat.Error
	}
	var nested struct{ Error struct{ Code string } }
	_ = json.Unmarshal(a.body, &nested)
	return nested.Error.Code
}

func (a answer) field(t *testing.T, name string) string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(a.body, &all); err != nil {
		t.Fatalf("answer %d %q: %v", a.status, a.body, err)
	}
	text, _ := all[name].(string)
	return text
}

// client follows no redirect and gives up in time.
func client(t *testing.T) *http.Client {
	c := &http.Client{
		Transport:     &http.Transport{},
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func send(t *testing.T, method, target, contentType, body string) answer {
	t.Helper()
	r := must.Get(http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body)))(t)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := client(t).Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, text, err}
}

func postJSON(t *testing.T, target string, body any) answer {
	t.Helper()
	text := must.Get(json.Marshal(body))(t)
	return send(t, http.MethodPost, target, "application/json", string(text))
}

func postForm(t *testing.T, target string, form url.Values) answer {
	t.Helper()
	return send(t, http.MethodPost, target, "application/x-www-form-urlencoded", form.Encode())
}

// refresh sends what Codex sends.
func refresh(t *testing.T, s *Server, token string) answer {
	t.Helper()
	return postJSON(t, s.TokenURL(), map[string]string{
		"client_id": CodexClientID, "grant_type": "refresh_token",
		"refresh_reason": "forced", "refresh_token": token,
	})
}

// claims decodes the payload of a token.
func claims(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("token has %d parts, want 3", len(parts))
	}
	payload := must.Get(base64.RawURLEncoding.DecodeString(parts[1]))(t)
	var all map[string]any
	must.Do(t, json.NewDecoder(bytes.NewReader(payload)).Decode(&all))
	return all
}

func newClock() *clock.Clock { return clock.At(time.Date(2026, 3, 23, 12, 0, 0, 0, time.UTC)) }
