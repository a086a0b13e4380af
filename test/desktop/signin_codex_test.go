//go:build linux

package desktop_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
	"rekey/test/kit/sandbox"
)

// What a sign-in leaves is byte for byte what the real Codex leaves for the
// same server, but for tokens, times and random names; and the real Codex takes
// it for its own.
func TestSignInIsStoredAsByCodex(t *testing.T) {
	rekey := kit.Rekey(t)
	_, codex := kit.Codex(t) // not npm's script, which does not take its child with it
	for _, kind := range []string{"file", "keyring"} {
		for _, way := range signInWays(codex, rekey) {
			t.Run(kind+", "+way.name, func(t *testing.T) {
				kit.LoginPorts(t)
				ours, theirs := newSigner(t, kind), newSigner(t, kind)
				way.rekey(t, ours)
				way.codex(t, theirs)
				got, want := ours.stored(t), theirs.stored(t)
				if ours.plain(got) != theirs.plain(want) {
					t.Errorf("Rekey left\n%s\nCodex left\n%s", ours.plain(got), theirs.plain(want))
				}
				if !strings.Contains(strings.ReplaceAll(ours.plain(got), `": `, `":`), way.has) {
					t.Errorf("there is no %s in %s", way.has, ours.plain(got))
				}
				ours.wantAccepted(t, codex, got)
			})
		}
	}
}

// signInWay is one way to sign in, as both programs know it.
type signInWay struct {
	name         string
	rekey, codex func(*testing.T, *signer)
	has          string // what tells this way's result from others, without spaces
}

func signInWays(codex, rekey string) []signInWay {
	key := func(program string) func(*testing.T, *signer) {
		return func(t *testing.T, s *signer) {
			s.call(t, program, "account/login/start", map[string]string{"type": "apiKey", "apiKey": "sk-fake-0123456789"}, nil)
		}
	}
	return []signInWay{
		{"browser", func(t *testing.T, s *signer) { s.inBrowser(t, rekey) }, func(t *testing.T, s *signer) { s.inBrowser(t, codex) },
			`"OPENAI_API_KEY":"sk-fake-exchanged"`},
		{"device code", func(t *testing.T, s *signer) { s.byCode(t, rekey) }, func(t *testing.T, s *signer) { s.byCodexCode(t, codex) },
			`"OPENAI_API_KEY":null`},
		{"API key", key(rekey), func(t *testing.T, s *signer) { s.byCodexKey(t, codex) }, `"auth_mode":"apikey"`},
	}
}

// signer is a home in which somebody signs in.
type signer struct {
	*sandbox.Sandbox
	keyring bool
}

// newSigner makes a home that keeps its credentials in a file or in a real
// keyring, with nobody signed in.
func newSigner(t *testing.T, kind string) *signer {
	t.Helper()
	box, err := sandbox.NewWith(box.Config{AccessLife: time.Hour, APIKey: "sk-fake-exchanged", DeviceInterval: time.Second})
	must.Do(t, err)
	t.Cleanup(box.Close)
	s := &signer{box, kind == "keyring"}
	config := fmt.Sprintf("chatgpt_base_url = %q\ncli_auth_credentials_store = %q\n", box.Server.BackendURL(), kind)
	must.Do(t, box.Home.WriteConfig(config))
	if s.keyring {
		desktop.Require(t, "secret-tool")
		s.Setenv("DBUS_SESSION_BUS_ADDRESS", keyring.New(t).Address)
	}
	return s
}

// call asks an app-server of this home one thing.
func (s *signer) call(t *testing.T, program, method string, params, result any) *sandbox.AppServer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), kit.Patience)
	defer cancel()
	server, err := s.StartAppServer(ctx, program)
	must.Do(t, err)
	t.Cleanup(server.Kill)
	if err := server.Call(ctx, method, params, result); err != nil {
		t.Fatalf("%s: %v\n%s", method, err, server.Stderr())
	}
	return server
}

// inBrowser signs in through an app-server, whose page is visited.
func (s *signer) inBrowser(t *testing.T, program string) {
	t.Helper()
	var started struct{ AuthURL string }
	server := s.call(t, program, "account/login/start", map[string]string{"type": "chatgpt"}, &started)
	client := http.Client{Timeout: kit.Patience}
	resp, err := client.Get(started.AuthURL)
	must.Do(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the browser was shown %s, %v:\n%s", resp.Status, err, page)
	}
	s.waitSignedIn(t, server)
}

// byCode signs in with a device code through an app-server.
func (s *signer) byCode(t *testing.T, program string) {
	t.Helper()
	var started struct{ UserCode string }
	server := s.call(t, program, "account/login/start", map[string]string{"type": "chatgptDeviceCode"}, &started)
	must.Do(t, s.Server.ApproveDevice(started.UserCode))
	s.waitSignedIn(t, server)
}

// waitSignedIn waits until an app-server has the new sign-in, and ends it.
func (s *signer) waitSignedIn(t *testing.T, server *sandbox.AppServer) {
	t.Helper()
	kit.Eventually(t, "a sign-in", func() bool {
		status, err := server.AuthStatus(t.Context(), false)
		return err == nil && status.Method == "chatgpt"
	})
	server.Kill()
}

// byCodexCode signs in with the real "codex login --device-auth".
func (s *signer) byCodexCode(t *testing.T, codex string) {
	t.Helper()
	read := func(line []byte) {
		if code := userCode.Find(line); code != nil {
			if err := s.Server.ApproveDevice(string(code)); err != nil {
				t.Error(err)
			}
		}
	}
	p, err := s.Start(read, codex, "login", "--device-auth",
		"--experimental_issuer", s.Server.Issuer(), "--experimental_client-id", box.CodexClientID)
	must.Do(t, err)
	select {
	case <-p.Ended():
	case <-time.After(kit.Patience):
		t.Fatalf("codex login did not end: %s", p.Stderr())
	}
}

var userCode = regexp.MustCompile(`[A-Z0-9]{4}-[A-Z0-9]{4}`)

// byCodexKey signs in with the real "codex login --with-api-key".
func (s *signer) byCodexKey(t *testing.T, codex string) {
	t.Helper()
	login := s.Command(t.Context(), codex, "login", "--with-api-key")
	login.Stdin = strings.NewReader("sk-fake-0123456789\n")
	if out, err := login.CombinedOutput(); err != nil {
		t.Fatalf("codex login: %v: %s", err, out)
	}
}

// stored is what the store holds.
func (s *signer) stored(t *testing.T) []byte {
	t.Helper()
	content, err := s.Home.Read()
	if !s.keyring {
		must.Do(t, err)
		info, err := os.Stat(s.Home.AuthPath())
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("auth.json: %v, %v", info.Mode(), err)
		}
		return content
	}
	if err == nil {
		t.Error("auth.json lies beside the keyring")
	}
	home, err := filepath.EvalSymlinks(s.Home.Dir())
	must.Do(t, err)
	sum := sha256.Sum256([]byte(home))
	lookup := s.Command(t.Context(), "secret-tool", "lookup", "service", "Codex Auth", "username", "cli|"+hex.EncodeToString(sum[:8]))
	content, err = lookup.Output()
	if err != nil || len(content) == 0 {
		t.Fatalf("nothing in the keyring: %v", err)
	}
	return content
}

// plain replaces what differs between any two sign-ins.
func (s *signer) plain(content []byte) string {
	text := strings.ReplaceAll(string(content), s.Server.Issuer(), "{{issuer}}")
	for _, r := range [][2]string{
		{`"(id_token|access_token|refresh_token)":( ?)"[\w.-]{20,}"`, `"$1":$2"{{$1}}"`},
		{`"login_owner_id":( ?)"[\w-]{43}"`, `"login_owner_id":$1"{{random}}"`},
		{`"last_refresh":( ?)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{3}|\d{6}|\d{9})Z"`, `"last_refresh":$1"{{time}}"`},
	} {
		text = regexp.MustCompile(r[0]).ReplaceAllString(text, r[1])
	}
	return text
}

// wantAccepted: the real Codex takes what Rekey stored for its own.
func (s *signer) wantAccepted(t *testing.T, codex string, content []byte) {
	t.Helper()
	snapshot, err := auth.ParseSnapshot(content)
	must.Do(t, err)
	says, method, token := "Logged in using ChatGPT", "chatgpt", snapshot.AccessToken()
	if snapshot.Kind() == auth.KindAPIKey {
		says, method, token = "API key configured", "apikey", snapshot.APIKey()
	}
	status := s.Command(t.Context(), codex, "login", "status")
	if out, err := status.CombinedOutput(); err != nil || !bytes.Contains(out, []byte(says)) {
		t.Errorf("codex login status: %v: %s", err, out)
	}
	var got sandbox.AuthStatus
	s.call(t, codex, "getAuthStatus", map[string]bool{"includeToken": true}, &got)
	if got.Method != method || got.Token != token.Reveal() {
		t.Errorf("Codex's getAuthStatus: %q, the right token: %t", got.Method, got.Token == token.Reveal())
	}
	if n := s.Server.Refreshes(); n != 0 {
		t.Errorf("%d refreshes were sent", n)
	}
}
