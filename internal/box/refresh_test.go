package box

import (
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

func TestRefreshRotates(t *testing.T) {
	c := newClock()
	s := start(t, Config{Now: c.Now, AccessLife: 20 * time.Minute})
	signedIn := decodeAuth(t, s.SignIn(Ada()))
	if signedIn.LastRefresh != "2026-03-23T12:00:00.000000000Z" || *signedIn.Tokens.AccountID != "acct-ada" {
		t.Errorf("sign-in: %+v", signedIn)
	}
	checkClaims(t, claims(t, signedIn.Tokens.AccessToken), Ada(), c.Now(), c.Now().Add(20*time.Minute))

	c.Advance(time.Minute)
	a := refresh(t, s, signedIn.Tokens.RefreshToken)
	if a.status != http.StatusOK {
		t.Fatalf("refresh: %d %s", a.status, a.body)
	}
	for _, name := range []string{"id_token", "access_token"} {
		checkClaims(t, claims(t, a.field(t, name)), Ada(), c.Now(), c.Now().Add(20*time.Minute))
	}
	second := a.field(t, "refresh_token")
	if second == signedIn.Tokens.RefreshToken || !s.Works(second) || s.Works(signedIn.Tokens.RefreshToken) {
		t.Error("the refresh token was not rotated")
	}
	if a := refresh(t, s, second); a.status != http.StatusOK {
		t.Errorf("second refresh: %d %s", a.status, a.body)
	}
}

func TestAccessLifeCanChange(t *testing.T) {
	c := newClock()
	s := start(t, Config{Now: c.Now})
	s.SetAccessLife(time.Minute)
	checkClaims(t, claims(t, s.Issue(Ada()).AccessToken), Ada(), c.Now(), c.Now().Add(time.Minute))
}

// TestRefusals: each case prepares a server and returns the token to redeem.
func TestRefusals(t *testing.T) {
	spend := func(t *testing.T, s *Server, token string) string {
		a := refresh(t, s, token)
		if a.status != http.StatusOK {
			t.Fatalf("spending the token: %d %s", a.status, a.body)
		}
		return a.field(t, "refresh_token")
	}
	for name, tt := range map[string]struct {
		cfg     Config
		prepare func(*testing.T, *Server) string
		want    string // "" when the refresh succeeds
	}{
		"good":    {Config{}, func(_ *testing.T, s *Server) string { return s.Issue(Ada()).RefreshToken }, ""},
		"unknown": {Config{}, func(*testing.T, *Server) string { return "nobody's" }, CodeInvalidated},
		"empty":   {Config{}, func(*testing.T, *Server) string { return "" }, CodeInvalidated},
		"spent": {Config{}, func(t *testing.T, s *Server) string {
			token := s.Issue(Ada()).RefreshToken
			spend(t, s, token)
			return token
		}, CodeReused},
		"child of a reused one": {Config{}, func(t *testing.T, s *Server) string {
			token := s.Issue(Ada()).RefreshToken
			child := spend(t, s, token)
			refresh(t, s, token)
			return child
		}, ""},
		"child of a reused one, family revoked": {Config{ReuseRevokesFamily: true}, func(t *testing.T, s *Server) string {
			token := s.Issue(Ada()).RefreshToken
			child := spend(t, s, token)
			refresh(t, s, token)
			return child
		}, CodeInvalidated},
		"another family than the revoked": {Config{ReuseRevokesFamily: true}, func(t *testing.T, s *Server) string {
			token := s.Issue(Ada()).RefreshToken
			spend(t, s, token)
			refresh(t, s, token)
			return s.Issue(Ada()).RefreshToken
		}, ""},
		"all revoked": {Config{}, func(_ *testing.T, s *Server) string {
			token := s.Issue(Ada()).RefreshToken
			s.RevokeAll()
			return token
		}, CodeInvalidated},
		"signed in after all was revoked": {Config{}, func(_ *testing.T, s *Server) string {
			s.RevokeAll()
			return s.Issue(Ada()).RefreshToken
		}, ""},
		"of another client": {Config{ClientID: "somebody"}, func(_ *testing.T, s *Server) string {
			return s.Issue(Ada()).RefreshToken
		}, "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, tt.cfg)
			token := tt.prepare(t, s)
			if works := s.Works(token); works != (tt.want == "" || tt.want == "invalid_client") {
				t.Errorf("Works: %v", works)
			}
			a := refresh(t, s, token)
			want := http.StatusUnauthorized
			switch tt.want {
			case "":
				want = http.StatusOK
			case "invalid_client":
				want = http.StatusBadRequest
			}
			if a.status != want || a.code() != tt.want {
				t.Errorf("got %d %q, want %d %q", a.status, a.code(), want, tt.want)
			}
		})
	}
}

func TestOneOfManyConcurrentRefreshesWins(t *testing.T) {
	s := start(t, Config{})
	token := s.Issue(Ada()).RefreshToken
	const callers = 20
	var wg sync.WaitGroup
	won := make(chan struct{}, callers)
	for range callers {
		wg.Go(func() {
			if refresh(t, s, token).status == http.StatusOK {
				won <- struct{}{}
			}
		})
	}
	wg.Wait()
	if len(won) != 1 || s.Refreshes() != callers || s.Reused() != callers-1 {
		t.Errorf("won %d, requests %d, reused %d; want 1, %d, %d", len(won), s.Refreshes(), s.Reused(), callers, callers-1)
	}
}

func TestTokenEndpointRefusesNonsense(t *testing.T) {
	s := start(t, Config{})
	form := func(pairs url.Values) func(*testing.T) answer {
		return func(t *testing.T) answer { return postForm(t, s.TokenURL(), pairs) }
	}
	for name, tt := range map[string]struct {
		send func(*testing.T) answer
		want string
	}{
		"broken JSON": {func(t *testing.T) answer {
			return send(t, http.MethodPost, s.TokenURL(), "application/json", "{")
		}, "invalid_request"},
		"no content type": {func(t *testing.T) answer { return send(t, http.MethodPost, s.TokenURL(), "", "{}") }, "invalid_request"},
		"broken form": {func(t *testing.T) answer {
			return send(t, http.MethodPost, s.TokenURL(), "application/x-www-form-urlencoded", "%")
		}, "invalid_request"},
		"a code as JSON": {func(t *testing.T) answer {
			return postJSON(t, s.TokenURL(), map[string]string{"grant_type": GrantCode, "client_id": CodexClientID})
		}, "unsupported_grant_type"},
		"another grant":  {form(url.Values{"grant_type": {"password"}, "client_id": {CodexClientID}}), "unsupported_grant_type"},
		"another client": {form(url.Values{"grant_type": {GrantCode}, "client_id": {"x"}}), "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := tt.send(t); a.status != http.StatusBadRequest || a.code() != tt.want {
				t.Errorf("got %d %q, want 400 %q", a.status, a.code(), tt.want)
			}
		})
	}
}

func TestRevocation(t *testing.T) {
	for name, tt := range map[string]struct {
		request   func(Tokens) map[string]string
		wantWorks bool
		want      int
	}{
		"refresh token": {func(t Tokens) map[string]string {
			return map[string]string{"token": t.RefreshToken, "token_type_hint": "refresh_token", "client_id": CodexClientID}
		}, false, http.StatusOK},
		"access token": {func(t Tokens) map[string]string {
			return map[string]string{"token": t.AccessToken, "token_type_hint": "access_token"}
		}, false, http.StatusOK},
		"by another client": {func(t Tokens) map[string]string {
			return map[string]string{"token": t.RefreshToken, "client_id": "x"}
		}, true, http.StatusOK},
		"unknown token": {func(Tokens) map[string]string { return map[string]string{"token": "x"} }, true, http.StatusOK},
		"no token":      {func(Tokens) map[string]string { return nil }, true, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, Config{})
			tokens := s.Issue(Ada())
			if a := postJSON(t, s.RevokeURL(), tt.request(tokens)); a.status != tt.want {
				t.Errorf("got %d, want %d", a.status, tt.want)
			}
			if got := s.Works(tokens.RefreshToken); got != tt.wantWorks {
				t.Errorf("the refresh token works: got %v, want %v", got, tt.wantWorks)
			}
		})
	}
}
