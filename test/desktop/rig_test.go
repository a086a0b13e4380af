//go:build linux

package desktop_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/browser"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

func TestMain(m *testing.M) {
	if browser.IsStandIn() {
		browser.StandIn()
		return
	}
	os.Exit(kit.RunAtRoot(m))
}

// rig is the real program on a real desktop, between a home and an
// authorization server in a box.
type rig struct {
	*desktop.Desktop
	home    *box.Home
	server  *box.Server
	notices *desktop.Notices
	program string
	browser string // the program that plays the user's browser
	env     []string
	secrets []string // every token that was in the home at some time
}

// newRig starts the desktop. The home holds Ada's sign-in, whose access token
// lives for accessLife.
func newRig(t *testing.T, program string, accessLife time.Duration) *rig {
	t.Helper()
	return newRigWith(t, program, box.Config{AccessLife: accessLife})
}

// newRigWith is newRig with an authorization server of another kind.
func newRigWith(t *testing.T, program string, cfg box.Config) *rig {
	t.Helper()
	r := newBareRig(t, program, cfg)
	r.StartDisplay(t)
	r.StartPanel(t)
	r.StartNotifier(t)
	r.notices = r.RecordNotices(t)
	return r
}

// newBareRig is newRigWith where the desktop is no more than a bus.
func newBareRig(t *testing.T, program string, cfg box.Config) *rig {
	t.Helper()
	desktop.Require(t, desktop.Bus, desktop.DisplayServer, desktop.Camera, desktop.WindowManager,
		desktop.PanelProgram, desktop.Notifier, desktop.Mouse)
	return rigOn(t, desktop.New(t), program, cfg)
}

// rigOn puts the home and the server on a desktop.
func rigOn(t *testing.T, d *desktop.Desktop, program string, cfg box.Config) *rig {
	t.Helper()
	kit.LoginPorts(t)
	r := &rig{Desktop: d, program: program}
	var err error
	if r.server, err = box.Start(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.server.Close)
	if r.home, err = box.NewHome(filepath.Join(r.Home(), ".codex")); err != nil {
		t.Fatal(err)
	}
	// Whatever a face wants to know of the backend, it asks the box.
	must.Do(t, r.home.WriteConfig(fmt.Sprintf("chatgpt_base_url = %q\n", r.server.BackendURL())))
	must.Do(t, r.home.Replace(r.server.SignIn(box.Ada())))
	self, err := os.Executable()
	must.Do(t, err)
	r.browser = filepath.Join(r.Home(), browser.StandInName)
	must.Do(t, os.Symlink(self, r.browser))
	r.env = []string{
		"CODEX_REFRESH_TOKEN_URL_OVERRIDE=" + r.server.TokenURL(),
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE=" + r.server.RevokeURL(),
		"CODEX_APP_SERVER_LOGIN_ISSUER=" + r.server.Issuer(),
		"BROWSER=" + r.browser,
		"REKEY_LOG=debug",
	}
	t.Cleanup(func() {
		if page, err := os.ReadFile(r.browser + ".seen"); err == nil && t.Failed() {
			t.Logf("the browser saw last:\n%s", page)
		}
	})
	r.tokens(t)
	return r
}

// says is the condition that a process has printed a text.
func says(p *desktop.Process, text string) func() bool {
	return func() bool { return strings.Contains(p.Output(), text) }
}

// startRekey starts the program with these arguments.
func (r *rig) startRekey(t *testing.T, args ...string) *desktop.Process {
	t.Helper()
	p := r.Start(t, r.env, r.program, args...)
	t.Cleanup(func() {
		if out := p.Output(); r.leaks(out) {
			t.Errorf("rekey %v printed a token:\n%s", args, out)
		}
	})
	return p
}

// tokens returns the tokens in the home, and notes them as secrets.
func (r *rig) tokens(t *testing.T) (found box.Tokens) {
	t.Helper()
	content, err := r.home.Read()
	must.Do(t, err)
	var stored struct {
		Tokens struct {
			ID      string `json:"id_token"`
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
		} `json:"tokens"`
	}
	must.Do(t, json.Unmarshal(content, &stored))
	found = box.Tokens{IDToken: stored.Tokens.ID, AccessToken: stored.Tokens.Access, RefreshToken: stored.Tokens.Refresh}
	for _, token := range []string{found.IDToken, found.AccessToken, found.RefreshToken} {
		if token == "" {
			t.Fatalf("a token is missing in the home: %s", content)
		}
		r.secrets = append(r.secrets, token)
	}
	return found
}

// leaks reports whether the text has a token in it.
func (r *rig) leaks(text string) bool {
	for _, secret := range r.secrets {
		if strings.Contains(text, secret) {
			return true
		}
	}
	return false
}

// shown is all the words that the desktop's user can see.
func (r *rig) shown(t *testing.T, item *desktop.Item) string {
	t.Helper()
	return fmt.Sprintln(item.Tooltip(t), item.Menu(t), r.notices.All())
}
