package program_test

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit/files"
	"rekey/test/kit/sshd"
	"rekey/ui/cli"
)

// lendCase is one owner, one box behind a real OpenSSH server, and what "rekey
// lend ssh:box" says there.
type lendCase struct {
	// there prepares the box before its server starts.
	there func(*lendPlace)
	// server and client are further lines of OpenSSH's configurations.
	server, client string
	// says are the sentences, without "rekey: ".
	says []string
	code int
	// holds is what auth.json there holds afterwards: aLoan, "" for no file, or
	// this text.
	holds string
}

// lendPlace is what a lendCase happens in.
type lendPlace struct {
	*sandboxed
	dir    string // of the box
	codex  string // the Codex home there
	client []string
	box    *sshd.Box
	ready  chan struct{} // closed once there is a box
}

const (
	aLoan    = "a loan"
	noAgent  = `No Rekey is running for this home: start it with "rekey" or "rekey watch", so that what is lent stays fresh.`
	fakePath = "SetEnv PATH=DIR/bin:/usr/bin:/bin HOME=DIR/home"
	ownThere = `{"OPENAI_API_KEY":null,"tokens":{"id_token":"i","access_token":"x","refresh_token":"r"}}`
	keyThere = `{"OPENAI_API_KEY":"sk-fake"}`
	// A loan of another owner, newer than anything here.
	othersThere = `{"tokens":{"id_token":"i","access_token":"x","refresh_token":"rekey-loan:v1:other"},"last_refresh":"2099-01-01T00:00:00Z"}`
)

// holding makes the Codex home there, with this auth.json.
func holding(content string) func(*lendPlace) {
	return func(p *lendPlace) {
		files.Mkdir(p.t, p.codex)
		files.Write(p.t, filepath.Join(p.codex, "auth.json"), []byte(content))
	}
}

// clock has the clock there off by so many seconds.
func clock(off string) func(*lendPlace) {
	return func(p *lendPlace) {
		files.Mkdir(p.t, filepath.Join(p.dir, "bin"))
		path := filepath.Join(p.dir, "bin", "date")
		files.Program(p.t, path, "#!/bin/sh\necho $(($(/bin/date +%s) "+off+"))\n")
	}
}

// lendCases are the clear sentences of "rekey lend".
func lendCases() map[string]lendCase {
	return map[string]lendCase{
		"home missing": {says: []string{noAgent}, code: cli.ExitOK, holds: aLoan},
		"host unknown": {
			client: "HostName nowhere.invalid", code: cli.ExitFailure,
			says: []string{"The name of ssh:box cannot be found"},
		},
		"nobody listens": {
			client: "Port 1", code: cli.ExitFailure,
			says: []string{"ssh:box cannot be reached"},
		},
		"key refused": {
			there: func(p *lendPlace) { p.otherKey("wrong") }, client: "IdentityFile DIR/wrong", code: cli.ExitFailure,
			server: "AuthorizedKeysFile DIR/wrong.nobody",
			says:   []string{"ssh:box accepts none of your keys; one with a passphrase has to be in your SSH agent"},
		},
		"host key never seen": {
			client: "UserKnownHostsFile DIR/none", code: cli.ExitFailure,
			says: []string{"The host key of ssh:box is not known: connect once yourself and check it"},
		},
		"host key changed": {
			there: func(p *lendPlace) {
				files.Write(p.t, filepath.Join(p.dir, "known"), []byte("box "+p.otherKey("other")))
			},
			client: "UserKnownHostsFile DIR/known", code: cli.ExitFailure,
			says: []string{"The host key of ssh:box has changed: find out why before you connect again"},
		},
		"no sh": {
			server: "SetEnv PATH=/nowhere HOME=DIR/home", code: cli.ExitFailure,
			says: []string{"ssh:box has no sh, or lacks a basic tool such as dd"},
		},
		"no dd": {
			there: func(p *lendPlace) {
				files.Mkdir(p.t, filepath.Join(p.dir, "bin"))
				files.Symlink(p.t, "/bin/sh", filepath.Join(p.dir, "bin", "sh"))
			},
			server: "SetEnv PATH=DIR/bin HOME=DIR/home", code: cli.ExitFailure,
			says: []string{"ssh:box has no sh, or lacks a basic tool such as dd"},
		},
		"no space": {
			there: func(p *lendPlace) {
				files.Mkdir(p.t, p.codex)
				files.Mount(p.t, p.codex, "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs")
				files.Fill(p.t, filepath.Join(p.codex, "full"))
			},
			code: cli.ExitFailure, says: []string{"There is no space left on ssh:box"},
		},
		"read-only": {
			there: func(p *lendPlace) {
				files.Mkdir(p.t, p.codex)
				files.Mount(p.t, p.codex, "-t", "tmpfs", "-o", "ro,mode=700", "tmpfs")
			},
			code: cli.ExitFailure, says: []string{"The Codex home of ssh:box is on a read-only file system"},
		},
		"a file in the home's place": {
			there: func(p *lendPlace) { files.Write(p.t, p.codex, nil) }, code: cli.ExitFailure,
			says: []string{"Could not lend to ssh:box: "},
		},
		"read-only file": {
			there: func(p *lendPlace) {
				holding("{}")(p)
				files.Chmod(p.t, filepath.Join(p.codex, "auth.json"), 0o400)
			},
			code: cli.ExitFailure, holds: "{}",
			says: []string{"Permission denied: auth.json or its folder on ssh:box may not be written"},
		},
		"own sign-in": {
			there: holding(ownThere), holds: ownThere, code: cli.ExitFailure,
			says: []string{"ssh:box has a sign-in of its own; --replace overwrites it"},
		},
		"API key": {
			there: holding(keyThere), holds: keyThere, code: cli.ExitFailure,
			says: []string{"ssh:box uses an API key; --replace overwrites it"},
		},
		"something else": {
			there: holding("hello"), holds: "hello", code: cli.ExitFailure,
			says: []string{"auth.json on ssh:box holds something that Rekey does not know; --replace overwrites it"},
		},
		"newer loan of another owner": {
			there: holding(othersThere), holds: othersThere, code: cli.ExitFailure,
			says: []string{"ssh:box borrows from another owner; --replace overwrites it"},
		},
		"a keyring": {
			there: func(p *lendPlace) {
				files.Mkdir(p.t, p.codex)
				files.Write(p.t, filepath.Join(p.codex, "config.toml"), []byte("cli_auth_credentials_store = \"keyring\"\n"))
			},
			code: cli.ExitFailure, says: []string{`Codex on ssh:box keeps its sign-in in a keyring; a loan needs the store "file"`},
		},
		"clock ahead": {
			there: clock("+ 7500"), server: fakePath, holds: aLoan,
			says: []string{"The clock of ssh:box is ahead by 2 h; Codex there may take a good token for an expired one.", noAgent},
		},
		"clock behind": {
			there: clock("- 190"), server: fakePath, holds: aLoan,
			says: []string{"The clock of ssh:box is behind by 3 min; Codex there may take an expired token for a good one.", noAgent},
		},
		"clock right within a minute": {
			there: clock("+ 30"), server: fakePath, holds: aLoan,
			says: []string{noAgent},
		},
		"command not found": {
			there: func(p *lendPlace) { p.extra = append(p.extra, "PATH="+p.dir) }, code: cli.ExitFailure,
			says: []string{"The command ssh was not found on this machine"},
		},
		"no login": {
			server: "ForceCommand echo This account is currently not available.; exit 1", code: cli.ExitFailure,
			says: []string{"Could not lend to ssh:box: "},
		},
		"half a greeting": {
			there: func(p *lendPlace) { p.cut(100) }, code: cli.ExitFailure,
			says: []string{"The connection to ssh:box ended too early"},
		},
		"half a connection": {
			there: func(p *lendPlace) { p.cut(9000) }, code: cli.ExitFailure,
			says: []string{"The connection to ssh:box ended too early"},
		},
		"the server is killed in the middle": {
			server: "ForceCommand head -c 4000 >/dev/null; kill -9 $PPID", code: cli.ExitFailure,
			says: []string{"The connection to ssh:box ended too early"},
		},
		"the command is killed in the middle": {
			server: "ForceCommand head -c 4000 >/dev/null; kill -9 $$", code: cli.ExitFailure,
			says: []string{"The connection to ssh:box ended too early"},
		},
	}
}

// TestLendingSentences: whatever keeps a loan from its borrower is one clear
// sentence, and what the borrower had is still there.
func TestLendingSentences(t *testing.T) {
	t.Parallel()
	lendingSays(t, lendCases())
}

// TestLendingTimesOut waits as long as a person would: 10 s for the greeting of an
// SSH server, 30 s for a whole errand.
func TestLendingTimesOut(t *testing.T) {
	t.Parallel()
	lendingSays(t, map[string]lendCase{
		"before the greeting": {
			there: func(p *lendPlace) { p.listen(func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }) }, code: cli.ExitFailure,
			says: []string{"ssh:box did not answer in time"},
		},
		"after it": {
			server: "ForceCommand exec sleep 600", code: cli.ExitFailure,
			says: []string{"ssh:box did not answer in time"},
		},
	})
}

func lendingSays(t *testing.T, cases map[string]lendCase) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newLendPlace(t, c)
			r := p.rekey(c.code, "lend", "ssh:box")
			lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n")
			if len(lines) != len(c.says) {
				t.Fatalf("standard error is %q, want %q", r.err, c.says)
			}
			for i, says := range c.says {
				got := strings.TrimPrefix(lines[i], "rekey: ")
				if got != says && (!strings.HasSuffix(says, ": ") || !strings.HasPrefix(got, says) || got == says) {
					t.Errorf("says %q, want %q", got, says)
				}
			}
			p.left(c.holds)
			listed := p.rekey(cli.ExitOK, "lend").out
			if (listed != "") != (c.code == cli.ExitOK) {
				t.Errorf("lent now: %q", listed)
			}
		})
	}
}
