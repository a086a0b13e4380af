package promises_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/sandbox"
)

const (
	borrowers = 3
	// perBorrower is how many Codex processes work at each borrower.
	perBorrower = 2
	// rounds is how often the owner refreshes.
	rounds = 8
	// lentLife is how long access tokens live here: minutes, and longer than
	// Codex's own window.
	lentLife = 12 * time.Minute
)

// P9: the refresh token never leaves its machine, and no machine that borrows can
// spend it. An owner and three borrowers behind a real OpenSSH server, two real
// Codex processes at each: over eight refreshes the server sees the owner's
// requests alone, and every Codex goes on with the current token. Where auth.json
// was copied instead, the first refresh of a copy ends the sign-in of all.
func TestLending(t *testing.T) {
	t.Parallel()
	codex := codex(t)
	t.Run("lent", func(t *testing.T) {
		t.Parallel()
		l := newLending(t, codex)
		agent := l.watch()
		for i, home := range l.homes {
			l.rekey("lend", "--codex-home", home.Dir(), "--", "ssh", "-F", l.ssh, fmt.Sprintf("box-%d", i))
		}
		l.startCodexes()
		for round := 1; round <= rounds; round++ {
			l.refresh(round)
			l.everywhere("token of the owner", func(home *box.Home) bool { return l.access(home) == l.access(l.Home) })
			for i, c := range l.codexes {
				// Codex is told to refresh, finds the new token and sends nothing.
				if got := l.ask(c); got != l.access(l.Home) {
					t.Errorf("round %d: Codex %d does not go on with the owner's token", round, i)
				}
			}
		}
		for _, r := range l.Server.Requests() {
			if strings.HasPrefix(r.Endpoint, "/oauth/") && (r.Outcome != box.OutcomeOK || r.RefreshToken == 0) {
				t.Errorf("the server saw %s with token %d: %s", r.Endpoint, r.RefreshToken, r.Outcome)
			}
		}
		if n := l.Server.Refreshes(); n != rounds {
			t.Errorf("%d refreshes, want %d", n, rounds)
		}
		l.wantNoRefreshToken(agent)
		for _, home := range l.homes {
			l.rekey("lend", "--stop", "--codex-home", home.Dir(), "--", "ssh", "-F", l.ssh, "box-"+home.Dir()[len(home.Dir())-1:])
		}
		l.everywhere("loan taken back", func(home *box.Home) bool { _, err := home.Read(); return errors.Is(err, os.ErrNotExist) })
	})
	t.Run("copied", func(t *testing.T) {
		t.Parallel()
		l := newLending(t, codex)
		content, err := l.Home.Read()
		l.must(err)
		for _, home := range l.homes {
			l.must(home.Replace(content))
		}
		l.startCodexes()
		without := 0
		for _, c := range l.codexes {
			if l.ask(c) == "" {
				without++
			}
		}
		if l.Server.Reused() == 0 || without == 0 {
			t.Errorf("%d requests, %d reused, %d processes without a token: the damage is not there",
				l.Server.Refreshes(), l.Server.Reused(), without)
		}
		t.Logf("%d requests, %d reused, %d of %d Codex processes without a token",
			l.Server.Refreshes(), l.Server.Reused(), without, len(l.codexes))
	})
}

// lending is an owner, the borrowers and the way to them.
type lending struct {
	*world
	codex   string
	ssh     string // the client's configuration
	homes   []*box.Home
	codexes []*sandbox.AppServer
	spent   []string // every refresh token of the owner's
}

func newLending(t *testing.T, codex string) *lending {
	t.Helper()
	l := &lending{world: newWorldWith(t, box.Config{AccessLife: lentLife, ReuseRevokesFamily: true}), codex: codex}
	l.must(l.SignIn(lentLife))
	root := filepath.Dir(l.Home.Dir())
	for i := range borrowers {
		home, err := box.NewHome(filepath.Join(root, fmt.Sprintf("borrower-%d", i)))
		l.must(err)
		l.must(home.WriteConfig(fmt.Sprintf("chatgpt_base_url = %q\n", l.Server.BackendURL())))
		l.homes = append(l.homes, home)
	}
	l.ssh = openSSH(t, filepath.Join(root, "ssh"))
	return l
}

// openSSH runs a real OpenSSH server for this user on a port of its own until the
// test ends, and returns the configuration of a client that reaches it as box-0,
// box-1 and so on.
func openSSH(t *testing.T, dir string) (config string) {
	t.Helper()
	server := "/usr/sbin/sshd"
	if _, err := os.Stat(server); err != nil {
		kit.Missing(t, "sshd, the OpenSSH server")
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		_ = os.Mkdir("/run/sshd", 0o755) // the server's own folder, which Debian makes at boot
	}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	host, hostPublic := sshKey(t, write, "host")
	client, clientPublic := sshKey(t, write, "client")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close() // sshd takes it in a moment
	serverConfig := write("sshd_config", fmt.Sprintf(`ListenAddress 127.0.0.1:%s
HostKey %s
AuthorizedKeysFile %s
StrictModes no
UsePAM no
PidFile none
MaxStartups 100
PermitRootLogin yes
PasswordAuthentication no
`, port, host, write("authorized_keys", clientPublic)))
	daemon := exec.Command(server, "-D", "-e", "-f", serverConfig)
	var said bytes.Buffer
	daemon.Stderr = &said
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
		if t.Failed() {
			t.Logf("sshd said:\n%s", &said)
		}
	})
	kit.Eventually(t, "the OpenSSH server", func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return write("config", fmt.Sprintf(`Host box-*
	HostName 127.0.0.1
	Port %s
	User %s
	IdentityFile %s
	IdentitiesOnly yes
	UserKnownHostsFile %s
`, port, me.Username, client, write("known_hosts", "[127.0.0.1]:"+port+" "+hostPublic)))
}

// sshKey makes a key with the real tool, so that no key lies in the project.
func sshKey(t *testing.T, write func(name, text string) string, name string) (private, public string) {
	t.Helper()
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		kit.Missing(t, "ssh-keygen")
	}
	private = write(name, "")
	_ = os.Remove(private)
	if out, err := exec.Command(tool, "-q", "-t", "ed25519", "-N", "", "-f", private).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := os.ReadFile(private + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return private, string(out)
}

// startCodexes starts the Codex processes of all borrowers.
func (l *lending) startCodexes() {
	l.t.Helper()
	for _, home := range l.homes {
		l.Setenv("CODEX_HOME", home.Dir())
		for range perBorrower {
			l.codexes = append(l.codexes, l.appServer(l.codex))
		}
	}
	l.Setenv("CODEX_HOME", l.Home.Dir())
}

// rekey runs the program at the owner's.
func (l *lending) rekey(args ...string) {
	l.t.Helper()
	if out, err := l.Command(l.ctx, kit.Rekey(l.t), args...).CombinedOutput(); err != nil {
		l.t.Fatalf("rekey %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// refresh has the owner refresh for the n-th time. New tokens stand for some
// seconds, in which nothing is sent.
func (l *lending) refresh(n int) {
	l.t.Helper()
	l.spent = append(l.spent, l.stored(l.Home).RefreshToken().Reveal())
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for l.Server.Refreshes() < n {
		l.rekey("refresh")
		select {
		case <-again.C:
		case <-l.ctx.Done():
			l.t.Fatal("the owner does not refresh")
		}
	}
}

// stored is what a home holds.
func (l *lending) stored(home *box.Home) *auth.Snapshot {
	content, err := home.Read()
	if err != nil {
		return nil
	}
	s, err := auth.ParseSnapshot(content)
	if err != nil {
		return nil
	}
	return s
}

func (l *lending) access(home *box.Home) string { return l.stored(home).AccessToken().Reveal() }

// everywhere waits until it is so at every borrower.
func (l *lending) everywhere(what string, so func(*box.Home) bool) {
	l.t.Helper()
	for _, home := range l.homes {
		l.until(what+" at "+filepath.Base(home.Dir()), func() bool { return so(home) })
	}
}

// ask has a Codex refresh and returns the access token that it hands out then,
// "" for none.
func (l *lending) ask(c *sandbox.AppServer) string {
	l.t.Helper()
	var got struct{ AuthToken *string }
	ctx, cancel := context.WithTimeout(l.ctx, time.Minute)
	defer cancel()
	l.must(c.Call(ctx, "getAuthStatus", map[string]bool{"includeToken": true, "refreshToken": true}, &got))
	if got.AuthToken == nil {
		return ""
	}
	return *got.AuthToken
}

// wantNoRefreshToken looks for the owner's refresh tokens wherever a borrower can
// look: in every file of its home, and in what the processes said.
func (l *lending) wantNoRefreshToken(agent *watch) {
	l.t.Helper()
	said := agent.Stderr()
	for _, home := range l.homes {
		l.must(filepath.WalkDir(home.Dir(), func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(path)
			said += string(content)
			return err
		}))
	}
	for _, token := range append(l.spent, l.stored(l.Home).RefreshToken().Reveal()) {
		if strings.Contains(said, token) {
			l.t.Error("a refresh token of the owner's is at a borrower")
		}
	}
}
