package program_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/test/kit/sshd"
)

func newLendPlace(t *testing.T, c lendCase) *lendPlace {
	t.Helper()
	b := newSandbox(t)
	b.signIn(time.Hour)
	dir := filepath.Join(t.TempDir(), "box")
	p := &lendPlace{sandboxed: b, ready: make(chan struct{}), dir: dir, codex: filepath.Join(dir, "home", ".codex")}
	files.Mkdir(t, filepath.Dir(p.codex))
	b.extra = append(b.extra, "PATH="+dir+"/here:"+os.Getenv("PATH"))
	if c.there != nil {
		c.there(p)
	}
	p.box = sshd.New(t, dir, sshd.Options{Server: lines(c.server), Client: append(p.client, lines(c.client)...)})
	close(p.ready)
	sshd.Command(t, filepath.Join(dir, "here"), "", p.box)
	return p
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// otherKey makes a key that the box does not know and returns its public half.
func (p *lendPlace) otherKey(name string) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path).CombinedOutput(); err != nil {
		p.t.Fatalf("%v: %s", err, out)
	}
	return string(files.Read(p.t, path+".pub"))
}

// listen has the client connect to something else than the box's server.
func (p *lendPlace) listen(serve func(net.Conn)) {
	p.t.Helper()
	l := must.Get(net.Listen("tcp", "127.0.0.1:0"))(p.t)
	p.t.Cleanup(func() { _ = l.Close() })
	_, port, _ := net.SplitHostPort(l.Addr().String())
	p.client = append(p.client, "Port "+port)
	go func() {
		for c, err := l.Accept(); err == nil; c, err = l.Accept() {
			go func() { defer func() { _ = c.Close() }(); serve(c) }()
		}
	}()
}

// cut passes on so many bytes of what the client sends to the box, and then ends
// the connection.
func (p *lendPlace) cut(bytes int64) {
	p.listen(func(c net.Conn) {
		<-p.ready
		server, err := net.Dial("tcp", "127.0.0.1:"+p.box.Port)
		if err != nil {
			return
		}
		defer func() { _ = server.Close() }()
		go func() { _, _ = io.Copy(c, server) }()
		_, _ = io.CopyN(server, c, bytes)
	})
}

// left wants auth.json there to hold this, mode 0600, in a home of mode 0700, and
// nothing beside it but Codex's locks and what the case has put there.
func (p *lendPlace) left(want string) {
	p.t.Helper()
	path := filepath.Join(p.codex, "auth.json")
	content, err := os.ReadFile(path)
	switch {
	case want == "" && err == nil:
		p.t.Errorf("auth.json there holds %q", content)
	case want == aLoan:
		s, err := auth.ParseSnapshot(content)
		if err != nil {
			p.t.Fatalf("auth.json there: %v", err)
		}
		if _, lent := s.Loan(); !lent || s.AccessToken().Reveal() != p.accessToken() {
			p.t.Error("auth.json there is not the loan")
		}
		for path, mode := range map[string]os.FileMode{path: 0o600, p.codex: 0o700} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
				p.t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	case want != "" && string(content) != want:
		p.t.Errorf("auth.json there holds %q, %v; it was %q", content, err, want)
	}
	for _, pattern := range []string{".rekey*", "*.tmp"} {
		if found, _ := filepath.Glob(filepath.Join(p.codex, pattern)); len(found) > 0 {
			p.t.Errorf("left behind: %v", found)
		}
	}
}
