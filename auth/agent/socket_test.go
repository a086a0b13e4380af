package agent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/appserver"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// connect attaches to an agent that may be just about to listen.
func connect(ctx context.Context, h *Home) (*appserver.Client, error) {
	ticks := time.NewTicker(2 * time.Millisecond)
	defer ticks.Stop()
	for {
		client, err := h.Attach(ctx)
		if err == nil || !silent(err) {
			return client, err
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil, err
		}
	}
}

// client attaches to the rig's agent until the test ends.
func (r *rig) client() *appserver.Client {
	r.t.Helper()
	c := must.Get(connect(within(r.t), r.open()))(r.t)
	r.t.Cleanup(func() { _ = c.Close() })
	return c
}

// raw is a bare connection, for misbehaving clients.
type raw struct {
	t *testing.T
	net.Conn
	lines *bufio.Reader
}

func (r *rig) raw(socket string) raw {
	r.t.Helper()
	nc := must.Get(net.Dial("unix", socket))(r.t)
	r.t.Cleanup(func() { _ = nc.Close() })
	return raw{r.t, nc, bufio.NewReader(nc)}
}

// send sends a line, which may have parameters.
func (c raw) send(id int, method, params string) {
	c.t.Helper()
	must.Get(fmt.Fprintf(c, `{"id":%d,"method":%q,"params":%s}`+"\n", id, method, params))(c.t)
}

// answer returns the line that answers a request.
func (c raw) answer(id int) string {
	c.t.Helper()
	for {
		line := must.Get(c.lines.ReadString('\n'))(c.t)
		if strings.Contains(line, fmt.Sprintf(`"id":%d`, id)) {
			return line
		}
	}
}

func (c raw) introduce() {
	c.t.Helper()
	c.send(1, "initialize", `{"clientInfo":{"name":"test","version":"1"}}`)
	c.answer(1)
}

func TestSocketIsPrivate(t *testing.T) {
	r := newRig(t, box.Config{})
	a := r.start()
	r.client()
	for path, want := range map[string]os.FileMode{
		a.Socket():               os.ModeSocket | 0o600,
		filepath.Dir(a.Socket()): os.ModeDir | 0o700,
		a.stateDir:               os.ModeDir | 0o700,
	} {
		info := must.Get(os.Lstat(path))(t)
		if info.Mode() != want {
			t.Errorf("%s has the mode %v, want %v", path, info.Mode(), want)
		}
	}
}

func TestStaleSocketIsReplaced(t *testing.T) {
	r := newRig(t, box.Config{})
	socket := r.open().Socket()
	must.Do(t, os.Mkdir(filepath.Dir(socket), 0o700))
	dead := must.Get(net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"}))(t)
	dead.SetUnlinkOnClose(false)
	_ = dead.Close() // as a process does that is killed
	r.start()
	kit.Await(t, r.client(), "healthy", status(auth.StatusHealthy))
}

// If the socket cannot be opened, the agent says why in one sentence and goes
// on.
func TestAgentGoesOnWithoutASocket(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		runtime func(root string) string
		want    string
	}{
		"path too long": {func(root string) string { return filepath.Join(root, strings.Repeat("x", 100)) }, "too long"},
		"folder open to others": {func(root string) string {
			dir := filepath.Join(root, "open")
			_ = os.Mkdir(dir, 0o700)
			_ = os.Chmod(dir, 0o755) // whatever the umask
			return dir
		}, "open to other users"},
		"folder is a link": {func(root string) string {
			dir := filepath.Join(root, "link")
			_ = os.Symlink(root, dir)
			return dir
		}, "is not a folder"},
		"folder is a file": {func(root string) string {
			dir := filepath.Join(root, "file")
			_ = os.WriteFile(dir, nil, 0o600)
			return dir
		}, "file: it is not a folder"},
		"socket is a folder": {func(root string) string {
			dir := filepath.Join(root, "taken")
			_ = os.MkdirAll(filepath.Join(dir, identity(filepath.Join(root, "codex"))+".sock", "x"), 0o700)
			return dir
		}, ".sock cannot be written: it is a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, box.Config{})
			dir := tt.runtime(r.root)
			a := r.start(func(o *Options) { o.Dirs.Runtime = dir })
			kit.Eventually(t, "the sentence", func() bool { return len(r.told.Lines()) > 0 })
			if got := r.told.Lines(); len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("it tells %q, want one sentence with %q", got, tt.want)
			}
			r.put(box.AuthJSON(box.WithAPIKey("not-a-real-key")))
			kit.Await(t, a, "an API key", status(auth.StatusAPIKey))
			if _, err := a.Attach(within(t)); err == nil {
				t.Error("a client can attach")
			}
		})
	}
}

// The socket is for faces: only a program on the standard streams may hand
// over tokens of its own.
func TestSocketTakesNoTokens(t *testing.T) {
	r := newRig(t, box.Config{})
	a := r.start()
	r.client()
	c := r.raw(a.Socket())
	c.send(1, "initialize", `{"clientInfo":{"name":"test","version":"1"},"capabilities":{"experimentalApi":true}}`)
	c.answer(1)
	c.send(2, "account/login/start", `{"type":"chatgptAuthTokens","accessToken":"a.b.c","chatgptAccountId":"acct-ada"}`)
	if got := c.answer(2); !strings.Contains(got, "error") {
		t.Errorf("the answer is %s", got)
	}
	kit.Await(t, a, "healthy as before", status(auth.StatusHealthy))
}

// The errors of the agent keep their types on the way to a client.
func TestClientKnowsARefusal(t *testing.T) {
	t.Parallel()
	r := newRig(t, box.Config{})
	r.start()
	c := r.client()
	r.server.RevokeAll()
	for range 3 {
		var refused *auth.RefreshError
		if err := c.Refresh(within(t)); !errors.As(err, &refused) || !refused.Permanent || refused.Reason != auth.ReasonRevoked {
			t.Errorf("Refresh = %v, want a permanent refusal", err)
		}
	}
	r.wantRefreshes(1)
	st := kit.Await(t, c, "refused", auth.State.NeedsSignIn)
	for i := range 2 {
		ours, err := c.ClaimNotice(within(t), st.Notice)
		if err != nil || ours != (i == 0) {
			t.Errorf("claim %d of the notice = %v, %v", i+1, ours, err)
		}
	}
}
