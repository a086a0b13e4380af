//go:build linux

package desktop_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/browser"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// The real program on a real desktop, and a real Chromium as its user's
// browser.
func TestSignInInChromium(t *testing.T) {
	program := kit.Rekey(t)
	t.Run("from a click to healthy", func(t *testing.T) { testClickToHealthy(t, program) })
	t.Run("cancelled on the page", func(t *testing.T) { testCancelledOnThePage(t, program) })
	t.Run("the wrong workspace", func(t *testing.T) { testWrongWorkspace(t, program) })
	t.Run("a page attacks meanwhile", func(t *testing.T) { testPageAttacks(t, program) })
	t.Run("another account is asked about", func(t *testing.T) { testAnotherAccount(t, program) })
	t.Run("with a code", func(t *testing.T) { testWithCode(t, program) })
}

// chromiumRig is a rig with Chromium as the user's browser and a server that
// asks for approval. Nobody is signed in.
func chromiumRig(t *testing.T, program string) (*rig, *browser.Browser) {
	t.Helper()
	browser.Require(t)
	r := newRigWith(t, program, box.Config{AccessLife: time.Hour, ApprovalPage: true, DeviceInterval: time.Second})
	must.Do(t, r.home.Delete())
	b := browser.Start(t)
	must.Do(t, os.WriteFile(r.browser+".session", []byte(b.Session()), 0o600))
	return r, b
}

// startSignIn starts Rekey's tray and clicks on its way to sign in.
func (r *rig) startSignIn(t *testing.T, b *browser.Browser) *desktop.Item {
	t.Helper()
	item := r.Item(t, r.startRekey(t))
	item.WaitTooltip(t, "Not signed in")
	item.Click(t, "Sign in")
	b.WaitText(t, "wants to sign in as ada@example.com")
	return item
}

func testClickToHealthy(t *testing.T, program string) {
	r, b := chromiumRig(t, program)
	item := r.startSignIn(t, b)
	b.Keep(t, ".", "1-approval")
	b.Click(t, "#approve")
	b.WaitText(t, "You are signed in as ada@example.com.")
	b.Keep(t, ".", "2-signed-in")
	item.WaitTooltip(t, signedIn)
	item.WaitMenu(t, "a healthy sign-in", has(account))
	r.ScreenshotAfter(t, "3-healthy", nil)

	tokens := r.tokens(t)
	if !r.server.Works(tokens.RefreshToken) {
		t.Error("the home has no working sign-in")
	}
	info, err := os.Stat(r.home.AuthPath())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("auth.json: %v, %v", info.Mode(), err)
	}
	if address := b.URL(t); r.leaks(address) || !strings.HasPrefix(address, "http://127.0.0.1:1455/auth/callback?") {
		t.Errorf("the browser is at %s", address)
	}
	var source string
	b.Run(t, "return document.documentElement.outerHTML", &source)
	if r.leaks(source) {
		t.Errorf("the page holds a token: %s", source)
	}
	var outside int // besides the page itself, nothing was fetched
	b.Run(t, "return performance.getEntriesByType('resource').filter(e => !e.name.endsWith('/favicon.ico')).length", &outside)
	if outside != 0 {
		t.Errorf("the page has fetched %d things", outside)
	}
	if words := r.shown(t, item); r.leaks(words) {
		t.Errorf("a token is shown:\n%s", words)
	}
	r.wantNoListener(t)
}

func testCancelledOnThePage(t *testing.T, program string) {
	r, b := chromiumRig(t, program)
	item := r.startSignIn(t, b)
	b.Click(t, "#deny")
	b.WaitText(t, "The sign-in was declined on the authorization server's page.")
	b.Keep(t, ".", "1-refused")
	r.wantStillSignedOut(t, item)
}

func testWrongWorkspace(t *testing.T, program string) {
	r, b := chromiumRig(t, program)
	must.Do(t, r.home.WriteConfig("forced_chatgpt_workspace_id = \"acct-another\"\n"))
	item := r.startSignIn(t, b)
	b.Click(t, "#approve")
	b.WaitText(t, "Wrong workspace")
	b.Keep(t, ".", "1-wrong-workspace")
	r.wantStillSignedOut(t, item)
}

// testAnotherAccount: the browser sends its user back to Rekey, whose menu asks,
// and only a yes changes the home.
func testAnotherAccount(t *testing.T, program string) {
	r, b := chromiumRig(t, program)
	must.Do(t, r.home.Replace(r.server.SignIn(box.Ada())))
	ada := r.tokens(t)
	r.server.RevokeAll()
	r.server.SetAccount(box.Grace())
	item := r.Item(t, r.startRekey(t))
	item.WaitTooltip(t, signedIn)
	item.Click(t, "Refresh now")

	for _, answer := range []struct{ click, now string }{{"Keep ada@example.com", "Works until"}, {"Replace with grace@example.com", "grace@example.com"}} {
		item.Click(t, "Sign in again")
		b.Click(t, "#approve")
		b.WaitText(t, "Go back to Rekey to confirm")
		if answer.click == "Keep ada@example.com" {
			b.Keep(t, ".", "1-one-more-step")
			item.WaitMenu(t, "the question", has("Replace with grace@example.com"))
			rest := r.ScreenshotAfter(t, "2-panel", nil)
			r.OpenMenu(t)
			r.ScreenshotAfter(t, "3-asked", rest)
			r.CloseMenu(t)
		}
		if r.tokens(t) != ada {
			t.Error("the home was changed before the answer")
		}
		item.Click(t, answer.click)
		item.WaitTooltip(t, answer.now)
	}
	if tokens := r.tokens(t); tokens == ada || !r.server.Works(tokens.RefreshToken) {
		t.Error("the home has no working sign-in of Grace's")
	}
	revoked := 0
	for _, request := range r.server.Requests() {
		if request.Endpoint == "/oauth/revoke" && request.Outcome == box.OutcomeOK {
			revoked++
		}
	}
	if revoked != 1 {
		t.Errorf("%d sign-ins were revoked, want the declined one", revoked)
	}
}

// testWithCode: the menu shows a code, and any browser is good enough.
func testWithCode(t *testing.T, program string) {
	r, b := chromiumRig(t, program)
	item := r.Item(t, r.startRekey(t))
	item.WaitTooltip(t, "Not signed in")
	item.Click(t, "With a code")
	var code string
	item.WaitMenu(t, "a code", func(m desktop.Menu) bool {
		line, ok := m.Find("Code: ")
		if fields := strings.Fields(line.Label); ok && len(fields) > 1 {
			code = fields[1]
		}
		return ok
	})
	rest := r.ScreenshotAfter(t, "1-panel", nil)
	r.OpenMenu(t)
	r.ScreenshotAfter(t, "2-code", rest)
	r.CloseMenu(t)
	b.Open(t, r.server.Issuer()+"/codex/device")
	b.Run(t, "document.querySelector('input').value = '"+code+"'", nil)
	b.Keep(t, ".", "3-entered")
	b.Click(t, "#approve")
	b.WaitText(t, "Approved.")
	item.WaitTooltip(t, signedIn)
	if !r.server.Works(r.tokens(t).RefreshToken) {
		t.Error("the home has no working sign-in")
	}
	r.wantNoListener(t)
}

// wantStillSignedOut: the flow has ended, nothing was written, and the way to
// sign in is open again.
func (r *rig) wantStillSignedOut(t *testing.T, item *desktop.Item) {
	t.Helper()
	item.WaitMenu(t, "the way to sign in", has("Sign in"))
	if content, err := r.home.Read(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("auth.json: %d bytes, %v; want %v", len(content), err, fs.ErrNotExist)
	}
	r.wantNoListener(t)
}

// wantNoListener: the callback's port is free again.
func (r *rig) wantNoListener(t *testing.T) {
	t.Helper()
	client := http.Client{Timeout: 5 * time.Second}
	for _, port := range []string{"1455", "1457"} {
		if resp, err := client.Get("http://127.0.0.1:" + port + "/"); err == nil {
			resp.Body.Close()
			t.Errorf("somebody still listens on port %s", port)
		}
	}
}
