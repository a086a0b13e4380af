package login

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rekey/auth"
	"rekey/auth/authority"
	"rekey/internal/box"
)

// TestSaveFails: the browser is not told of a success that did not happen. What
// has certainly not been written is revoked.
func TestSaveFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err   error
		says  string
		works bool
	}{
		{errors.New("the disk is full"), "The disk is full.", true},
		{auth.ErrStoreChanged, "The credential store changed in the meantime.", false},
	} {
		server := boxed(t, box.Config{})
		var unsaved *auth.Snapshot
		f := run(t, Browser{
			Authority: clientOf(server.Issuer()),
			Save:      func(_ context.Context, s *auth.Snapshot) error { unsaved = s; return tt.err },
		})
		page := open(t, f.page.String())
		if err := f.end(t); !errors.Is(err, tt.err) {
			t.Errorf("got %v, want that of Save", err)
		}
		if !strings.Contains(page.body, tt.says) {
			t.Errorf("the browser was shown %s", page.body)
		}
		if works := server.Works(unsaved.RefreshToken().Reveal()); works != tt.works {
			t.Errorf("%v: the sign-in works: %t", tt.err, works)
		}
	}
}

// mute never answers a request for an API key.
type mute struct{ *serverScript }

// RoundTrip implements http.RoundTripper.
func (m mute) RoundTrip(req *http.Request) (*http.Response, error) {
	if m.count(req.URL.Path) == 0 {
		return m.serverScript.RoundTrip(req)
	}
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// TestNoAnswerAboutTheKey: a sign-in that the user has made is not kept waiting.
func TestNoAnswerAboutTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		saved := 0
		s, err := redemption{
			authority: authority.New(authority.Config{Issuer: "https://auth.example", HTTP: &http.Client{Transport: mute{scriptOf()}}}),
			wantsKey:  true,
			save:      func(context.Context, *auth.Snapshot) error { saved++; return nil },
		}.run(t.Context(), authority.CodeGrant{Code: auth.NewSecret("c")})
		if err != nil || saved != 1 || s.HasAPIKey() || time.Since(start) != keyLimit {
			t.Errorf("saved %d times after %v, error %v", saved, time.Since(start), err)
		}
	})
}
