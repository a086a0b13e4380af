package bench_test

import (
	"bufio"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// shown is how often a program is started, or a window opened, of each kind.
const shown = 20

// takeTurns measures several things in turn, this often each.
func takeTurns(b *testing.B, measures ...func()) {
	for b.Loop() {
		for i := range shown {
			for j := range measures {
				measures[(i+j)%len(measures)]()
			}
		}
	}
	b.ReportMetric(0, "ns/op") // would be with the end
}

// tray: how long after its start a program's icon is there.
func (r *rivals) tray(b *testing.B) {
	bare := r.bare(b)
	w := newWorld(b)
	d := desktop.New(b)
	d.StartDisplay(b)
	d.StartWatcher(b)
	conn := d.Connect(b)
	must.Do(b, conn.AddMatchSignal(dbus.WithMatchMember("StatusNotifierItemRegistered")))
	registered := make(chan *dbus.Signal, 16)
	conn.Signal(registered)
	start := func(samples *samples, env []string, program string) func() {
		return func() {
			var p *desktop.Process
			samples.add(func() {
				p = d.Start(b, env, program)
				kit.Receive(b, "the icon of "+program, registered)
			})
			p.Kill(b)
			for len(registered) > 0 { // who registers twice
				<-registered
			}
		}
	}
	var ours, theirs samples
	takeTurns(b, start(&ours, w.Environ(), r.rekey), start(&theirs, nil, bare.tray))
	r.table.add(b, row{
		what: "start → icon registered, median", unit: "ms", digits: 1, goal: 0.08,
		rival: fyneTray, ours: ours.quantile(50), theirs: theirs.quantile(50),
	})
}

// window: how long after a click in the tray's menu the window is there, beside
// the start of a window that shows nothing and asks nobody.
func (r *rivals) window(b *testing.B) {
	desktop.Require(b, desktop.WindowManager)
	bare := r.bare(b)
	d := desktop.New(b)
	d.StartDisplay(b)
	d.StartWatcher(b)
	d.Start(b, nil, string(desktop.WindowManager))
	s := watchScreen(b, d)
	tray := d.Start(b, newWorld(b).Environ(), r.rekey)
	item := d.Item(b, tray)
	open := func(samples *samples, do func()) func() {
		return func() {
			began := time.Now()
			do()
			window := s.wait(b, 1)[0]
			*samples = append(*samples, milliseconds(time.Since(began)))
			s.end(b, window)
			s.wait(b, 0)
		}
	}
	var ours, theirs samples
	takeTurns(b,
		open(&ours, func() { item.Click(b, "Open Rekey") }),
		// Rekey's children know of no such variable, so neither does this one.
		open(&theirs, func() { d.Start(b, []string{"LIBGL_ALWAYS_SOFTWARE=0"}, bare.window) }))
	r.table.add(b, row{
		what: "click → window shown, median", unit: "ms", digits: 0, goal: 1.1,
		rival: "start of " + fyneWindow, ours: ours.quantile(50), theirs: theirs.quantile(50),
	})
}

// screen tells what windows there are on a display, as its window manager lists
// them.
type screen struct {
	desktop *desktop.Desktop
	windows chan []string
}

func watchScreen(b *testing.B, d *desktop.Desktop) *screen {
	b.Helper()
	const list = "_NET_CLIENT_LIST"
	if _, err := exec.LookPath("xprop"); err != nil {
		kit.Missing(b, "xprop (Debian package x11-utils)")
	}
	s := &screen{d, make(chan []string, 64)}
	kit.Eventually(b, "a window manager", func() bool {
		return strings.Contains(s.xprop(b, "-root", list), "#")
	})
	spy := exec.CommandContext(b.Context(), "xprop", "-root", "-spy", list)
	spy.Env = d.Environ()
	out := must.Get(spy.StdoutPipe())(b)
	must.Do(b, spy.Start())
	go func() {
		defer func() { close(s.windows); _ = spy.Wait() }()
		for lines := bufio.NewScanner(out); lines.Scan(); {
			_, ids, ok := strings.Cut(lines.Text(), "#")
			if ok {
				s.windows <- strings.Fields(strings.ReplaceAll(ids, ",", " "))
			}
		}
	}()
	s.wait(b, 0)
	return s
}

// xprop asks for a property of a window.
func (s *screen) xprop(b *testing.B, args ...string) string {
	b.Helper()
	ask := exec.Command("xprop", args...)
	ask.Env = s.desktop.Environ()
	out := must.Get(ask.Output())(b)
	return string(out)
}

// wait waits until there are so many windows, and returns them.
func (s *screen) wait(b *testing.B, n int) []string {
	b.Helper()
	patience := time.After(kit.Patience)
	for {
		select {
		case windows, ok := <-s.windows:
			if !ok {
				b.Fatal("the display has ended")
			}
			if len(windows) == n {
				return windows
			}
		case <-patience:
			b.Fatalf("there are never %d windows", n)
		}
	}
}

// end ends the program that a window belongs to.
func (s *screen) end(b *testing.B, window string) {
	b.Helper()
	out := s.xprop(b, "-id", window, "_NET_WM_PID")
	var pid int
	if _, err := fmt.Sscanf(out, "_NET_WM_PID(CARDINAL) = %d", &pid); err != nil {
		b.Fatalf("whose window is this? %v: %s", err, out)
	}
	must.Do(b, syscall.Kill(pid, syscall.SIGKILL))
}
