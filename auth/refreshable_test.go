package auth

import (
	"errors"
	"testing"
	"time"
)

// TestWhatCanBeRefreshed: State, Refresh and Token agree about every kind of
// credentials, and nothing is sent for those that cannot be refreshed.
func TestWhatCanBeRefreshed(t *testing.T) {
	const (
		works = time.Hour
		ended = -time.Hour
	)
	opaque := set("tokens.access_token", "opaque-access")
	milliseconds := set("tokens.access_token", jwt(map[string]any{"exp": noon.Add(time.Hour).UnixMilli()}))
	noToken, noAccount := set("tokens.refresh_token", ""), unset("tokens.account_id")
	undated := unset("last_refresh")
	lent := set("tokens.refresh_token", loanV1+"1")
	for name, tt := range map[string]struct {
		content  []byte
		obstacle Obstacle
		status   Status
		usable   bool
		err      error // of Token; errAny: a *RefreshError
		sends    int
	}{
		"ChatGPT":                   {chatGPT(ends(works)), "", StatusHealthy, true, nil, 0},
		"ended":                     {chatGPT(ends(ended)), "", StatusWaiting, false, nil, 1},
		"undated":                   {chatGPT(undated), "", StatusWaiting, false, nil, 1},
		"undated and ended":         {chatGPT(ends(ended), undated), "", StatusWaiting, false, nil, 1},
		"opaque":                    {chatGPT(opaque), "", StatusHealthy, true, nil, 0},
		"opaque, Go's zero time":    {chatGPT(opaque, set("last_refresh", "0001-01-01T00:00:00Z")), "", StatusHealthy, true, nil, 1},
		"in milliseconds":           {chatGPT(milliseconds), "", StatusHealthy, true, nil, 0},
		"in milliseconds and old":   {chatGPT(milliseconds, set("last_refresh", "2026-01-01T00:00:00Z")), "", StatusHealthy, true, nil, 1},
		"no access token":           {chatGPT(set("tokens.access_token", "")), "", StatusWaiting, false, nil, 1},
		"no refresh token":          {chatGPT(ends(works), noToken), ObstacleNoRefreshToken, StatusExpiring, true, nil, 0},
		"no refresh token, opaque":  {chatGPT(opaque, noToken), ObstacleNoRefreshToken, StatusHealthy, true, nil, 0},
		"no refresh token, ended":   {chatGPT(ends(ended), noToken), ObstacleNoRefreshToken, StatusSignInRequired, false, errRefresh, 0},
		"no refresh token, undated": {chatGPT(noToken, undated), ObstacleNoRefreshToken, StatusSignInRequired, false, nil, 0},
		"no account":                {chatGPT(ends(works), noAccount), ObstacleNoAccount, StatusExpiring, true, nil, 0},
		"no account, ended":         {chatGPT(ends(ended), noAccount), ObstacleNoAccount, StatusSignInRequired, false, errRefresh, 0},
		"loan":                      {chatGPT(ends(works), lent), ObstacleLoan, StatusExternal, true, nil, 0},
		"loan, ended":               {chatGPT(ends(ended), lent), ObstacleLoan, StatusWaiting, false, errShort, 0},
		"no tokens":                 {[]byte(`{}`), ObstacleNoCredential, StatusSignedOut, false, ErrNoCredential, 0},
		"signed out":                {nil, ObstacleNoCredential, StatusSignedOut, false, ErrNoCredential, 0},
		"API key":                   {apiKeyFile("sk-1"), ObstacleOtherKind, StatusAPIKey, true, ErrNoAccessToken, 0},
		"API key beside old tokens": {chatGPT(ends(works), set("auth_mode", "apikey"), set("OPENAI_API_KEY", "sk-1")), ObstacleOtherKind, StatusAPIKey, true, ErrNoAccessToken, 0},
		"headers beside old tokens": {chatGPT(ends(works), set("auth_mode", "headers")), ObstacleOtherKind, StatusExternal, false, ErrNoAccessToken, 0},
		"a host program's":          {chatGPT(ends(works), set("auth_mode", "chatgptAuthTokens")), ObstacleOtherKind, StatusExternal, true, nil, 0},
		"personal access token":     {[]byte(`{"personal_access_token":"at-1"}`), ObstacleOtherKind, StatusExternal, true, ErrNoAccessToken, 0},
		"cloud key":                 {[]byte(`{"bedrock_api_key":{"api_key":"k","region":"r"}}`), ObstacleOtherKind, StatusExternal, false, ErrNoAccessToken, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, tt.content)
			r.authority.then(refreshed("2"))
			s, _ := r.Snapshot()
			if got := s.Obstacle(); got != tt.obstacle {
				t.Errorf("obstacle = %q, want %q", got, tt.obstacle)
			}
			st := r.wantStatus(tt.status)
			if st.Usable != tt.usable || (st.Refreshable == RefreshableNo) != (tt.obstacle != "") {
				t.Errorf("usable %t, refreshable %q", st.Usable, st.Refreshable)
			}
			if tt.obstacle.DeadEnd() != (st.Obstacle != "") || tt.obstacle.DeadEnd() && (st.Problem == "" || st.Notice == "") {
				t.Errorf("obstacle %q, problem %q, notice %q", st.Obstacle, st.Problem, st.Notice)
			}
			if !tt.usable && tt.status != StatusSignedOut && tt.status != StatusExternal && st.Problem == "" && st.ExpiresAt.IsZero() {
				t.Error("not usable, and nothing says why")
			}
			_, err := r.Token(t.Context(), 0)
			var re *RefreshError
			var short *ShortLivedError
			switch tt.err {
			case errRefresh:
				if !errors.As(err, &re) || !re.Permanent || re.Reason != Reason(tt.obstacle) {
					t.Errorf("Token = %v, want why it cannot be refreshed", err)
				}
			case errShort:
				if !errors.As(err, &short) {
					t.Errorf("Token = %v", err)
				}
			default:
				if !errors.Is(err, tt.err) || tt.err == nil && err != nil {
					t.Errorf("Token = %v, want %v", err, tt.err)
				}
			}
			r.wantRequests(tt.sends)
			if tt.obstacle == "" {
				return
			}
			if err := r.refresh(); (err != nil) != tt.obstacle.DeadEnd() {
				t.Errorf("Refresh = %v", err)
			}
			r.wantRequests(0)
		})
	}
}

var errRefresh, errShort = errors.New("a *RefreshError"), errors.New("a *ShortLivedError")
