//go:build unix

package program_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// Without a desktop bus the tray is a watch, and says so in one sentence.
func TestNoTray(t *testing.T) {
	t.Parallel()
	for name, extra := range map[string][]string{
		"no bus":         nil,
		"a bogus one":    {"DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere/bus"},
		"no address":     {"DBUS_SESSION_BUS_ADDRESS=garbage"},
		"no display":     {"DISPLAY=:4711", "WAYLAND_DISPLAY=nowhere"},
		"nothing at all": {"XDG_RUNTIME_DIR="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.extra = extra
			b.signIn(time.Hour)
			before := listing(t, b.Home.Dir())
			tray := b.start()
			n := tray.out.until(t, 0, "ada@example.com")
			wantUntouched(t, b.Home.Dir(), before)
			b.put(apiKey)
			tray.out.until(t, n, "Using an API key")
			tray.end()
			if lines, _ := tray.err.lines(); len(lines) != 1 ||
				!strings.HasPrefix(lines[0], "rekey: There is no tray here because there is no D-Bus session bus (") ||
				!strings.HasSuffix(lines[0], `). Continuing as "rekey watch".`) {
				t.Errorf("it says %q", lines)
			}
			if name != "nothing at all" { // the socket lay elsewhere
				b.wantQuiet()
			}
		})
	}
}

// hasItem reports whether a program on a bus offers an item for a panel.
func hasItem(bus *dbus.Conn) bool {
	var names []string
	if bus.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&names) != nil {
		return false
	}
	return slices.ContainsFunc(names, func(name string) bool {
		var offers string
		item := bus.Object(name, "/StatusNotifierItem")
		return name != bus.Names()[0] && item.Call("org.freedesktop.DBus.Introspectable.Introspect", 0).Store(&offers) == nil &&
			strings.Contains(offers, "org.kde.StatusNotifierItem")
	})
}

// A bus without a panel is a tray that waits for one. There is one tray for a
// home, also after Rekey's own folder was removed, and it outlives the agent that it
// was attached to, and its bus.
func TestNoPanel(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	watch := b.start("watch")
	watch.out.until(t, 0, "ada@example.com")

	address, kill := kit.MortalBus(t)
	b.extra = []string{"DBUS_SESSION_BUS_ADDRESS=" + address}
	tray := b.start()
	tray.err.until(t, 0, "rekey: No panel shows tray icons yet; the icon appears when one does.")
	var second result
	kit.Eventually(t, "the second tray finds the first", func() bool {
		again := b.start()
		again.err.until(t, 0, "rekey: ")
		if lines, _ := again.err.lines(); !slices.Contains(lines, "rekey: Rekey is already running for this home.") {
			_ = again.cmd.Process.Kill() // it was the first: the other has not come so far
			_ = again.cmd.Wait()
			return false
		}
		_ = again.cmd.Wait()
		lines, _ := again.err.lines()
		second = result{again.cmd.ProcessState.ExitCode(), "", strings.Join(lines, "\n")}
		return true
	})
	if second.code != cli.ExitFailure || !strings.Contains(second.err, "rekey-window) is not installed") {
		t.Errorf("the second tray ends with %d and says %q", second.code, second.err)
	}

	bus := kit.Connect(t, address)
	kit.Eventually(t, "the tray's item: it has joined the agent by then", func() bool { return hasItem(bus) })
	must.Do(t, watch.cmd.Process.Kill())
	tray.err.until(t, 0, "this one does so now")
	own := b.Options().Dirs
	kit.Eventually(t, "Rekey's own folder is gone", func() bool { return os.RemoveAll(own.State) == nil })
	kit.Eventually(t, "the tray has its lock again", func() bool {
		said, err := os.ReadFile(filepath.Join(own.StateDir(b.Home.Dir()), "tray.lock"))
		return err == nil && len(said) > 0
	})
	again := b.start()
	again.err.until(t, 0, "rekey: Rekey is already running for this home.")
	_ = again.cmd.Wait()
	kill()
	tray.err.until(t, 0, `rekey: The tray is gone because the D-Bus session bus has ended. Continuing as "rekey watch".`)
	b.put(apiKey)
	tray.out.until(t, 0, "Using an API key")
	tray.end()
	b.wantQuiet()
}

// A program that is asked to exit exits cleanly and leaves nothing behind.
func TestSignals(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.signIn(time.Hour)
			watch, client, tray := b.start("watch"), b.start("watch"), b.start()
			for _, p := range []*running{watch, client, tray} {
				p.out.until(t, 0, "ada@example.com")
			}
			for _, p := range []*running{client, watch, tray} {
				p.signal(s)
				p.wait(0)
			}
			b.wantOutcomes()
			b.wantQuiet()
		})
	}
	t.Run("nohup", func(t *testing.T) {
		t.Parallel()
		b := newSandbox(t)
		shell, err := exec.LookPath("sh")
		if err != nil {
			kit.Missing(t, "sh")
		}
		program := b.program
		b.program = shell
		watch := b.start("-c", `trap "" HUP; exec "$0" watch`, program)
		n := watch.out.until(t, 0, "Not signed in")
		watch.signal(syscall.SIGHUP)
		for range 5 { // by then a program that exits has exited
			b.put(apiKey)
			n = watch.out.until(t, n, "Using an API key")
			must.Do(t, b.Home.Delete())
			n = watch.out.until(t, n, "Not signed in")
		}
		watch.end()
	})
}

// The first signal waits for the answer of a refresh, the second does not.
func TestSignalDuringARefresh(t *testing.T) {
	t.Parallel()
	for command, code := range map[string]int{"watch": 0, "refresh": cli.ExitFailure} { // of which one was asked for one thing
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.signIn(time.Minute) // due for both
			answer := make(chan struct{})
			b.Server.Script(box.Reply{Gate: answer})
			p := b.start(command)
			must.Do(t, b.Server.WaitForRequests(inTime(t), 1))
			before, _ := b.Home.Read()
			p.signal(syscall.SIGTERM)
			p.err.until(t, 0, "A refresh is under way; waiting for its answer.")
			close(answer)
			p.wait(code)
			if after, err := b.Home.Read(); err != nil || slices.Equal(before, after) {
				t.Errorf("the answer is lost: %v", err)
			}
			b.wantOutcomes(box.OutcomeOK)
			b.wantQuiet()
		})
	}
	t.Run("twice", func(t *testing.T) {
		t.Parallel()
		b := newSandbox(t)
		b.signIn(time.Minute)
		b.Server.Script(box.Reply{Gate: make(chan struct{})}) // never
		watch := b.start("watch")
		must.Do(t, b.Server.WaitForRequests(inTime(t), 1))
		watch.signal(syscall.SIGTERM)
		watch.err.until(t, 0, "A refresh is under way")
		watch.signal(syscall.SIGTERM)
		watch.wait(-1)
		if by := watch.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal(); by != syscall.SIGTERM {
			t.Errorf("it was ended by %v", by)
		}
		var got struct{ State auth.State }
		r := b.rekey(cli.ExitWaiting, "status", "--json")
		if err := json.Unmarshal([]byte(r.out), &got); err != nil || !got.State.AnswerLost {
			t.Errorf("afterwards the State is %s", r.out)
		}
	})
}

// A refresh of another process keeps nobody waiting who only looks.
func TestStatusDuringARefresh(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	answer := make(chan struct{})
	b.Server.Script(box.Reply{Gate: answer})
	refresh := b.start("refresh")
	must.Do(t, b.Server.WaitForRequests(inTime(t), 1))
	b.rekey(cli.ExitOK, "status")
	watch := b.start("watch")
	watch.out.until(t, 0, "ada@example.com")
	server := b.start("app-server")
	server.send(1, "initialize", hello)
	server.answer(1)
	server.end()
	watch.end()
	close(answer)
	refresh.wait(0)
	b.wantOutcomes(box.OutcomeOK)
}

// The demonstration can be left at any time, goes on without a keyboard, and
// takes its sandbox along.
func TestDemoEnds(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*running){
		"a signal":    func(p *running) { p.signal(syscall.SIGINT) },
		"no keyboard": func(p *running) { _ = p.in.Close(); p.out.until(t, 0, "5  One click") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newSandbox(t)
			b.extra = []string{"TMPDIR=" + filepath.Join(filepath.Dir(b.Home.Dir()), "tmp")}
			before := listing(t, b.Home.Dir())
			demo := b.start("demo", "--text")
			demo.out.until(t, 0, "1  Healthy")
			leave(demo)
			demo.wait(cli.ExitOK)
			wantUntouched(t, b.Home.Dir(), before)
			left, err := filepath.Glob(filepath.Join(filepath.Dir(b.Home.Dir()), "tmp", "*"))
			if err != nil || len(left) > 0 {
				t.Errorf("it has left %q, %v", left, err)
			}
		})
	}
}
