package program_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// everyCommand is the command line's commands that end by themselves, with the
// sign-in of an account that works.
var everyCommand = []string{
	"status", "status --json", "prompt", "token", "refresh", "doctor --json", "config", "homes", "usage", "lend",
	"autostart status", "completion bash", "help", "--version", "watch", "logout", "status",
}

// TestNoHOME: a service may have no $HOME. Every command does what it does with
// one, by the folders that are named or by the system's list of users.
func TestNoHOME(t *testing.T) {
	t.Parallel()
	for name, shell := range map[string]string{
		// The user's folders are named one by one, and nothing tells of another.
		"folders named": `unset HOME PASSWD && exec "$@"`,
		// The list of users has the home directory, and nobody names a folder.
		"listed": `unset HOME PASSWD CODEX_HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR && exec "$@"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			with, without := newSandbox(t), newSandbox(t)
			unnamed := namespace(t, without, name == "listed", shell)
			for _, b := range []*sandboxed{with, without} {
				b.mayPrint = true
				b.Setenv("XDG_CONFIG_HOME", filepath.Join(b.Home.Dir(), "..", ".config"))
				b.signIn(time.Hour)
			}
			for _, command := range everyCommand {
				args := strings.Fields(command)
				want := with.ending(with.command(args...))
				got := without.ending(unnamed(args...))
				if got.code != want.code || strings.Contains(got.err, "HOME") {
					t.Errorf("rekey %s ends with %d, with a $HOME with %d\n%s%s", command, got.code, want.code, got.out, got.err)
				}
			}
			if n := without.Server.Refreshes(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}

	t.Run("nothing tells", func(t *testing.T) {
		t.Parallel()
		b := newSandbox(t)
		b.program = kit.Rekey(t) // with C, as under the race detector, the system knows root without a list of users
		command := namespace(t, b, false, `unset HOME PASSWD XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR && exec "$@"`)
		b.signIn(time.Hour)
		before := listing(t, b.Home.Dir())
		for _, args := range everyCommand {
			if slices.Contains([]string{"prompt", "config", "completion bash", "help", "--version"}, args) {
				continue // they need none
			}
			r := b.run(command(strings.Fields(args)...))
			if r.code != cli.ExitFailure {
				t.Errorf("rekey %s ends with %d", args, r.code)
			}
			r.sentence(t, "the user's home directory is not known; set HOME")
		}
		wantUntouched(t, b.Home.Dir(), before)
	})
}

// ending runs a command to its end; "watch" is ended after its first line.
func (b *sandboxed) ending(cmd *exec.Cmd) result {
	b.t.Helper()
	if cmd.Args[len(cmd.Args)-1] != "watch" {
		return b.run(cmd)
	}
	p := &running{box: b, cmd: cmd, out: newStream(), err: newStream()}
	cmd.Stdout, cmd.Stderr = p.out, p.err
	must.Do(b.t, cmd.Start())
	p.out.until(b.t, 0, "ada@example.com")
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	out, _ := p.out.lines()
	errs, _ := p.err.lines()
	return result{cmd.ProcessState.ExitCode(), strings.Join(out, "\n"), strings.Join(errs, "\n")}
}

// namespace makes commands of the program below a list of users of their own, which
// has the sandbox's folder as this user's home directory if listed is set.
func namespace(t *testing.T, b *sandboxed, listed bool, shell string) func(args ...string) *exec.Cmd {
	t.Helper()
	users := "nobody:x:65534:65534::/nonexistent:/bin/false\n"
	if listed {
		users += "root:x:0:0::" + filepath.Dir(b.Home.Dir()) + ":/bin/sh\n"
	}
	passwd := filepath.Join(t.TempDir(), "passwd")
	files.Write(t, passwd, []byte(users))
	return b.unshared(`mount --bind "$PASSWD" /etc/passwd && `+shell, "PASSWD="+passwd)
}

// unshared makes commands of the program in namespaces of users and mounts of
// their own. The shell line prepares them, and ends by running "$@".
func (b *sandboxed) unshared(shell string, env ...string) func(args ...string) *exec.Cmd {
	b.t.Helper()
	unshare, err := exec.LookPath("unshare")
	if err != nil || exec.Command(unshare, "-rm", "true").Run() != nil {
		kit.Missing(b.t, "unshare, with the right to make a namespace")
	}
	return func(args ...string) *exec.Cmd {
		cmd := b.command(args...)
		cmd.Args = slices.Concat([]string{unshare, "-rm", "/bin/sh", "-c", shell, "sh", b.program}, args)
		cmd.Path, cmd.Env = unshare, append(cmd.Env, env...)
		return cmd
	}
}
