package authority

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"rekey/auth"
)

// vectors is testdata/classification.json: what Codex 0.169 was answered in a
// series of forced refreshes, and what became of its sign-in.
type vectors struct {
	Stored tokenTexts `json:"stored"`
	Rows   []struct {
		Name string `json:"name"`
		// Answers of the token endpoint; the last one repeats.
		Answers []vectorAnswer `json:"answers"`
		// Forced refreshes that were asked for, and requests they made.
		Forced   int `json:"forced"`
		Requests int `json:"requests"`
		// Permanent: the access token was withheld in the end.
		Permanent bool `json:"permanent"`
		// Tokens are those stored in the end, nil when nothing was written.
		Tokens *tokenTexts `json:"tokens"`
	} `json:"rows"`
}

type tokenTexts struct {
	ID      string `json:"id_token"`
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

type vectorAnswer struct {
	Status     int               `json:"status"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
	BodyBase64 []byte            `json:"body_base64"`
	Refused    bool              `json:"refused"`
	Drop       bool              `json:"drop"`
	Truncate   bool              `json:"truncate"`
}

func (a vectorAnswer) body() string {
	if a.BodyBase64 != nil {
		return string(a.BodyBase64)
	}
	return a.Body
}

// complete reports whether the answer is one that classify is given.
func (a vectorAnswer) complete() bool { return !a.Refused && !a.Drop && !a.Truncate }

func loadVectors(t testing.TB) vectors {
	t.Helper()
	data, err := os.ReadFile("testdata/classification.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Rows) != 229 {
		t.Fatalf("%d rows, recorded were 229", len(v.Rows))
	}
	return v
}

// home is a sign-in that is refreshed as Codex does it.
type home struct {
	snapshot  *auth.Snapshot
	written   bool
	permanent bool
	requests  int
}

func newHome(t *testing.T, stored tokenTexts) *home {
	t.Helper()
	s, err := auth.NewChatGPT(auth.SignIn{
		IDToken: auth.NewSecret(stored.ID), AccessToken: auth.NewSecret(stored.Access), RefreshToken: auth.NewSecret(stored.Refresh),
	}, time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	return &home{snapshot: s}
}

// refresh asks once, unless the credentials were refused before.
func (h *home) refresh(t *testing.T, ask func() (auth.TokenResponse, error)) {
	t.Helper()
	if h.permanent {
		return
	}
	h.requests++
	answer, err := ask()
	if err != nil {
		var failure *auth.RefreshError
		if !errors.As(err, &failure) {
			t.Fatalf("error of type %T, want *auth.RefreshError", err)
		}
		h.permanent = failure.Permanent
		return
	}
	if next, err := h.snapshot.WithTokens(answer, time.Now()); err == nil {
		h.snapshot, h.written = next, true
	}
}

func (h *home) stored(t *testing.T) *tokenTexts {
	t.Helper()
	if !h.written {
		return nil
	}
	var file struct {
		Tokens tokenTexts `json:"tokens"`
	}
	if err := json.Unmarshal(h.snapshot.Encode(), &file); err != nil {
		t.Fatal(err)
	}
	return &file.Tokens
}

func describe(requests int, permanent bool, stored *tokenTexts) string {
	if stored == nil {
		return fmt.Sprintf("requests %d, permanent %t, nothing written", requests, permanent)
	}
	return fmt.Sprintf("requests %d, permanent %t, stored %+v", requests, permanent, *stored)
}

// TestClassifyVectors gives every recorded answer to classify and compares
// what becomes of the sign-in.
func TestClassifyVectors(t *testing.T) {
	t.Parallel()
	v := loadVectors(t)
	for _, row := range v.Rows {
		if !row.Answers[0].complete() {
			continue // TestRefreshVectors has them
		}
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, v.Stored)
			for range row.Forced {
				a := row.Answers[min(h.requests, len(row.Answers)-1)]
				h.refresh(t, func() (auth.TokenResponse, error) {
					tokens, failure := classify(a.Status, []byte(a.body()))
					if failure != nil {
						return tokens, failure
					}
					return tokens, nil
				})
			}
			got, want := describe(h.requests, h.permanent, h.stored(t)), describe(row.Requests, row.Permanent, row.Tokens)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// TestRefreshVectors does the same over real connections.
func TestRefreshVectors(t *testing.T) {
	t.Parallel()
	v := loadVectors(t)
	for _, row := range v.Rows {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			var server *scripted
			server = serve(t, func(c net.Conn) {
				answerAs(c, row.Answers[min(len(server.seen()), len(row.Answers))-1], server.url)
			})
			if row.Answers[0].Refused {
				server.listener.Close()
			}
			client := clientFor(server)
			h := newHome(t, v.Stored)
			for range row.Forced {
				h.refresh(t, func() (auth.TokenResponse, error) {
					return client.Refresh(t.Context(), auth.RefreshRequest{
						RefreshToken: h.snapshot.RefreshToken(), Reason: auth.RefreshForced,
					})
				})
			}
			got := describe(len(server.seen()), h.permanent, h.stored(t))
			if want := describe(row.Requests, row.Permanent, row.Tokens); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// answerAs plays a recorded answer.
func answerAs(c net.Conn, a vectorAnswer, url string) {
	if a.Drop {
		return
	}
	var headers []string
	for name, value := range a.Headers {
		headers = append(headers, name+": "+strings.ReplaceAll(value, "{{authority}}", url))
	}
	out := response(a.Status, a.body(), headers...)
	if a.Status == 204 {
		out = "HTTP/1.1 204 No Content\r\n\r\n"
	}
	if a.Truncate {
		out = out[:len(out)-len(a.body())/2]
	}
	text(out)(c)
}
