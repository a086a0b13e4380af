package promises_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/sandbox"
	"rekey/test/kit/sshd"
)

// lending is an owner, the borrowers and the way to them.
type lending struct {
	*world
	codex   string
	boxes   []*sshd.Box
	homes   []*box.Home
	codexes []*sandbox.AppServer
	spent   []string // every refresh token of the owner's
	wire    string   // the file of all that went to borrowers
}

// firstUID is the number of the first borrower's user, whom nobody else has.
const firstUID = 54321

func boxName(i int) string { return fmt.Sprintf("ssh:box-%d", i) }

func newLending(t *testing.T) *lending {
	t.Helper()
	l := &lending{codex: codex(t), world: newWorldWith(t, box.Config{AccessLife: lentLife, ReuseRevokesFamily: true})}
	l.must(l.SignIn(lentLife))
	root, err := os.MkdirTemp("", "rekey-lent") // other users can enter it
	l.must(err)
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	l.must(os.Chmod(root, 0o755))
	l.letBorrowersRunCodex(filepath.Join(root, "codex"))
	for i := range borrowers {
		o := sshd.Options{Name: fmt.Sprintf("box-%d", i)}
		if os.Getuid() == 0 {
			o.UID = firstUID + i
		}
		there := sshd.New(t, filepath.Join(root, o.Name), o)
		home, err := box.NewHome(filepath.Join(there.Home, ".codex"))
		l.must(err)
		l.must(home.WriteConfig(fmt.Sprintf("chatgpt_base_url = %q\n", l.Server.BackendURL())))
		l.boxes, l.homes = append(l.boxes, there), append(l.homes, home)
		l.must(l.give(i))
	}
	// What goes through ssh to a borrower is kept, to be looked at.
	l.wire = filepath.Join(root, "wire")
	bin := filepath.Join(root, "bin")
	sshd.Command(t, bin, fmt.Sprintf("tee -a '%s' | \\", l.wire), l.boxes...)
	l.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return l
}

// letBorrowersRunCodex copies Codex where it lies in a folder that only root can
// enter.
func (l *lending) letBorrowersRunCodex(place string) {
	l.t.Helper()
	if os.Getuid() != 0 || asBorrower(0, "test", "-x", l.codex).Run() == nil {
		return
	}
	l.must(exec.Command("cp", l.codex, place).Run())
	l.must(os.Chmod(place, 0o755))
	l.codex = place
}

// asBorrower runs a command as a borrower's user, whom root can be.
func asBorrower(i int, command ...string) *exec.Cmd {
	user := strconv.Itoa(firstUID + i)
	return exec.Command("setpriv", append([]string{"--reuid", user, "--regid", user, "--clear-groups"}, command...)...)
}

// within is a context that ends with the test, or after so long.
func (w *world) within(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(w.t.Context(), d)
	w.t.Cleanup(cancel)
	return ctx
}

// give hands a borrower's home to its user.
func (l *lending) give(i int) error {
	if os.Getuid() != 0 {
		return nil
	}
	return filepath.WalkDir(l.boxes[i].Home, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, firstUID+i, firstUID+i)
	})
}

// lend lends to all borrowers, as their users find it: ~/.codex.
func (l *lending) lend() {
	l.t.Helper()
	for i := range l.homes {
		l.rekey("lend", boxName(i))
	}
	l.everywhere("loan", func(home *box.Home) bool { return l.access(home) == l.access(l.Home) })
}

// startCodexes starts the Codex processes of all borrowers, each as its user.
func (l *lending) startCodexes() {
	l.t.Helper()
	for i, there := range l.boxes {
		dir := filepath.Dir(there.Home)
		write := func(name, text string) string {
			path := filepath.Join(dir, name)
			files.Program(l.t, path, "#!/bin/sh\n"+text)
			return path
		}
		as := write("codex-there", fmt.Sprintf("cd '%s' && mkdir -p tmp || exit\n"+
			"export HOME=$PWD CODEX_HOME=$PWD/.codex TMPDIR=$PWD/tmp XDG_STATE_HOME=$PWD/state XDG_RUNTIME_DIR=$PWD/tmp\n"+
			"exec '%s' \"$@\"\n", there.Home, l.codex))
		if os.Getuid() == 0 {
			as = write("codex", fmt.Sprintf("exec setpriv --reuid %[1]d --regid %[1]d --clear-groups '%[2]s' \"$@\"\n", firstUID+i, as))
		}
		for range perBorrower {
			l.codexes = append(l.codexes, l.appServer(as))
		}
	}
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
	_ = l.spend()
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

// spend takes down the owner's refresh token, before it is spent.
func (l *lending) spend() string {
	token := l.stored(l.Home).RefreshToken().Reveal()
	l.spent = append(l.spent, token)
	return token
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
func (l *lending) ask(c *sandbox.AppServer) string { return l.status(c, true) }

// token is the access token that a Codex hands out, "" for none. It refreshes
// where it thinks that it must.
func (l *lending) token(c *sandbox.AppServer) string { return l.status(c, false) }

func (l *lending) status(c *sandbox.AppServer, refresh bool) string {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.ctx, time.Minute)
	defer cancel()
	st, err := c.AuthStatus(ctx, refresh)
	l.must(err)
	return st.Token
}
