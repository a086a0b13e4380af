package program_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// P7 and P9: while loans are made, pushed, refused and taken back, no token is in
// any process's arguments or environment, on either side, in a log, in the list of
// loans or in a trace of the shell there; and the refresh token is nowhere there.
func TestLendingLeavesNoTokens(t *testing.T) {
	t.Parallel()
	p := newLendPlace(t, lendCase{
		there: func(p *lendPlace) {
			p.record(p.dir+"/bin", "sh dd sed grep head cat date mkdir chmod chown ls cut tr wc rm mv readlink sync id flock")
		},
		server: fakePath,
	})
	p.record(p.dir+"/here", "ssh")
	p.extra = append(p.extra, "REKEY_LOG=debug")
	stop := p.watchProcesses()
	p.signIn(4 * time.Hour)
	p.rekey(cli.ExitOK, "lend", "ssh:box")
	agent := p.start("watch")
	pushed := func() bool {
		content, err := os.ReadFile(filepath.Join(p.codex, "auth.json"))
		s, bad := auth.ParseSnapshot(content)
		return err == nil && bad == nil && s.AccessToken().Reveal() == p.accessToken()
	}
	agent.err.until(t, 0, "lend: pushed")
	p.rekey(cli.ExitOK, "refresh")
	p.note()
	kit.Eventually(t, "a push", pushed)
	p.rekey(cli.ExitOK, "lend")
	p.rekey(cli.ExitOK, "lend", "--json")
	files.Write(t, filepath.Join(p.codex, "auth.json"), []byte(ownThere))
	p.rekey(cli.ExitFailure, "lend", "ssh:box")
	p.rekey(cli.ExitOK, "lend", "--replace", "ssh:box")
	p.signIn(4 * time.Hour)
	kit.Eventually(t, "a push of another sign-in", pushed)
	stop()

	seen := string(files.Read(t, filepath.Join(p.dir, "seen")))
	for _, part := range []string{"BatchMode=yes", "count=", "+ IFS= read -r", "flock", "SSH_CONNECTION="} {
		if !strings.Contains(seen, part) {
			t.Errorf("what was seen has no %q", part)
		}
	}
	texts := map[string]string{"arguments, environments and traces": seen}
	p.collect(texts, filepath.Join(p.Home.Dir(), "..", "state"), func(name string) bool {
		return strings.HasSuffix(name, ".log") || name == "loans.json"
	})
	if len(texts) < 3 {
		t.Errorf("neither a log nor the loans were found: %d", len(texts))
	}
	p.wantNone(texts, p.secrets)

	there := map[string]string{}
	p.collect(there, filepath.Join(p.dir, "home"), func(string) bool { return true })
	var refresh []string
	for _, secret := range p.secrets {
		if strings.HasPrefix(secret, "box-refresh-") {
			refresh = append(refresh, secret)
		}
	}
	if len(refresh) < 3 || len(there) == 0 {
		t.Errorf("%d refresh tokens, %d files there", len(refresh), len(there))
	}
	p.wantNone(there, refresh)
	p.rekey(cli.ExitOK, "lend", "--stop", "ssh:box")
	p.left("")
}

// record puts programs in the place of others, which write down what they are
// given and run those. A shell is traced.
func (p *lendPlace) record(dir, names string) {
	p.t.Helper()
	files.Mkdir(p.t, dir)
	for _, name := range strings.Fields(names) {
		path := filepath.Join(dir, name)
		program, err := exec.LookPath(name)
		if err != nil {
			kit.Missing(p.t, name)
		}
		if _, err := os.Stat(path); err == nil { // ours already: the client that knows the box
			program = path + "-recorded"
			must.Do(p.t, os.Rename(path, program))
		}
		if name == "sh" {
			program += " -x 2>>" + p.dir + "/seen" // a trace goes there, too
		}
		files.Program(p.t, path, fmt.Sprintf("#!/bin/sh\n/bin/cat /proc/$$/cmdline /proc/$$/environ </dev/null >>%s/seen\nexec %s \"$@\"\n", p.dir, program))
	}
}

// watchProcesses looks at every process of the machine, again and again until it is
// told to stop, and then wants to have seen no token of the home's.
func (p *lendPlace) watchProcesses() (stop func()) {
	done, looking := make(chan struct{}), sync.WaitGroup{}
	found, looks := map[string]string{}, 0
	looking.Go(func() {
		for ; ; looks++ {
			select {
			case <-done:
				return
			default:
			}
			for _, kind := range []string{"cmdline", "environ"} {
				paths, _ := filepath.Glob("/proc/[0-9]*/" + kind)
				for _, path := range paths {
					content, _ := os.ReadFile(path) // it may have ended, or be somebody else's
					for _, part := range strings.Split(string(content), "\x00") {
						if strings.Contains(part, "box-refresh-") || strings.Contains(part, "eyJ") {
							found[part] = path // of whatever test
						}
					}
				}
			}
		}
	})
	return func() {
		close(done)
		looking.Wait()
		p.t.Logf("looked at all processes %d times", looks)
		for part, path := range found {
			for _, secret := range p.secrets {
				if strings.Contains(part, secret) {
					p.t.Errorf("%s held a token", path)
				}
			}
		}
	}
}

// collect reads the files of a folder whose names are wanted.
func (p *lendPlace) collect(texts map[string]string, dir string, wanted func(name string) bool) {
	p.t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && wanted(d.Name()) {
			texts[path] = string(files.Read(p.t, path))
		}
		return err
	})
	must.Do(p.t, err)
}

// wantNone wants none of these secrets, or half of one, in any text.
func (p *lendPlace) wantNone(texts map[string]string, secrets []string) {
	p.t.Helper()
	for name, text := range texts {
		for _, secret := range secrets {
			if strings.Contains(text, secret[len(secret)/2:]) {
				p.t.Errorf("%s: there is a token in it", name)
			}
		}
	}
}
