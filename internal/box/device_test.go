package box

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// askForCode starts a device flow.
func askForCode(t *testing.T, s *Server) (id, userCode string) {
	t.Helper()
	a := postJSON(t, s.Issuer()+"/api/accounts/deviceauth/usercode", map[string]string{"client_id": CodexClientID})
	if a.status != http.StatusOK || a.field(t, "interval") != "2" {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	return a.field(t, "device_auth_id"), a.field(t, "user_code")
}

func poll(t *testing.T, s *Server, id, userCode string) answer {
	t.Helper()
	return postJSON(t, s.Issuer()+"/api/accounts/deviceauth/token", map[string]string{"device_auth_id": id, "user_code": userCode})
}

func TestDeviceIsSignedIn(t *testing.T) {
	for name, approve := range map[string]func(*testing.T, *Server, string){
		"by method": func(t *testing.T, s *Server, code string) {
			if err := s.ApproveDevice(code); err != nil {
				t.Error(err)
			}
		},
		"on the page": func(t *testing.T, s *Server, code string) {
			page := s.Issuer() + "/codex/device?" + url.Values{"user_code": {" " + strings.ToLower(code)}}.Encode()
			if a := send(t, http.MethodGet, page, "", ""); !strings.Contains(string(a.body), "Approved") {
				t.Errorf("page: %s", a.body)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, Config{DeviceInterval: 2 * time.Second})
			id, userCode := askForCode(t, s)
			if a := poll(t, s, id, userCode); a.status != http.StatusForbidden {
				t.Errorf("before the approval: got %d, want 403", a.status)
			}
			if codes := s.DeviceCodes(); len(codes) != 1 || codes[0] != userCode {
				t.Errorf("waiting codes: %v, want %s", codes, userCode)
			}
			approve(t, s, userCode)
			if codes := s.DeviceCodes(); len(codes) != 0 {
				t.Errorf("still waiting: %v", codes)
			}
			a := poll(t, s, id, userCode)
			if a.status != http.StatusOK || challengeOf(a.field(t, "code_verifier")) != a.field(t, "code_challenge") {
				t.Fatalf("after the approval: %d %s", a.status, a.body)
			}
			exchanged := postForm(t, s.TokenURL(), codeForm(a.field(t, "authorization_code"),
				"redirect_uri", s.Issuer()+"/deviceauth/callback", "code_verifier", a.field(t, "code_verifier")))
			if exchanged.status != http.StatusOK || !s.Works(exchanged.field(t, "refresh_token")) {
				t.Errorf("exchange: %d %s", exchanged.status, exchanged.body)
			}
			if again := poll(t, s, id, userCode); again.status != http.StatusBadRequest {
				t.Errorf("a settled code answered %d", again.status)
			}
		})
	}
}

func TestDeviceIsNotSignedIn(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*testing.T, *Server, string)
		id     string // "" for the right one
		want   string
	}{
		"denied": {func(t *testing.T, s *Server, code string) {
			if err := s.DenyDevice(code); err != nil {
				t.Error(err)
			}
		}, "", "access_denied"},
		"another device": {func(t *testing.T, s *Server, code string) {
			if err := s.ApproveDevice(code); err != nil {
				t.Error(err)
			}
		}, "x", "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, Config{DeviceInterval: 2 * time.Second})
			id, userCode := askForCode(t, s)
			tt.change(t, s, userCode)
			if tt.id != "" {
				id = tt.id
			}
			if a := poll(t, s, id, userCode); a.status != http.StatusBadRequest || a.code() != tt.want {
				t.Errorf("got %d %q, want 400 %q", a.status, a.code(), tt.want)
			}
		})
	}
}

func TestDevicePageEscapes(t *testing.T) {
	s := start(t, Config{})
	a := send(t, http.MethodGet, s.Issuer()+"/codex/device?user_code=%3Cscript%3E", "", "")
	if a.status != http.StatusOK || strings.Contains(string(a.body), "<script>") || !strings.Contains(string(a.body), "not a code") {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestDeviceCodeNeedsTheClient(t *testing.T) {
	s := start(t, Config{})
	a := postJSON(t, s.Issuer()+"/api/accounts/deviceauth/usercode", map[string]string{"client_id": "x"})
	if a.status != http.StatusBadRequest || a.code() != "invalid_client" {
		t.Errorf("got %d %s", a.status, a.body)
	}
}
