package promises_test

import (
	"os"
	"path/filepath"
	"testing"

	"rekey/internal/box"
	"rekey/test/kit/files"
)

// P2 and P3 in a container that was given one file: auth.json is a bind mount of
// a file outside, so that nobody can replace it, Codex neither. Beside Rekey two
// Codex processes go on with the token that Rekey has written in place, and
// nobody is told that a refresh token was reused.
func TestBoundCredentialFile(t *testing.T) {
	t.Parallel()
	codex := codex(t)
	w := newWorld(t)
	w.Server.SetMode(box.Reply{Delay: latency})
	w.must(w.SignIn(codexWindow + beforeWindow))
	outside := filepath.Join(files.TempDir(t), "auth.json")
	files.Write(t, outside, files.Read(t, w.Home.AuthPath()))
	before, err := os.Stat(outside)
	w.must(err)
	files.Mount(t, w.Home.AuthPath(), "--bind", outside)

	f := fleet{world: w}
	f.old, _ = w.tokens()
	for range 2 {
		p, err := w.StartAppServer(w.ctx, codex)
		w.must(err)
		if st, err := p.AuthStatus(w.ctx, false); err != nil || st.Token != f.old {
			t.Fatalf("a new Codex process does not hold the token: %v", err)
		}
		f.processes = append(f.processes, p)
		t.Cleanup(p.Kill) // before the mount goes
	}
	agent := w.watch()
	t.Cleanup(agent.Kill)
	w.await(agent, "refreshed", refreshed)
	if n := f.live().holes(); n != 0 {
		t.Errorf("%d of %d Codex processes were without a token for a moment", n, len(f.processes))
	}
	w.wantRequests(1)
	w.wantPeace(agent)
	for _, r := range w.Server.Requests() {
		t.Logf("the server: %s %s, refresh token %d, %s: %s", r.At.Format("15:04:05.000"), r.Endpoint, r.RefreshToken, r.Header.Get("User-Agent"), r.Outcome)
	}
	if n := w.Server.Reused(); n != 0 {
		t.Errorf("%d refresh tokens were reused", n)
	}
	after, err := os.Stat(outside)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the file outside is another one: %v", err)
	}
	if _, refresh := w.tokens(); !w.Server.Works(refresh) {
		t.Error("the home ends without a working sign-in")
	}
}
