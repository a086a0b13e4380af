//go:build !race

package tray

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/files"
	"rekey/test/kit/lending"
	"rekey/test/kit/must"
	"rekey/ui/tray/item"
	"rekey/ui/words"
)

// changes is how many States the test shows: with REKEY_SOAK=1, as in make bench,
// ten times as many.
func changes() int {
	if os.Getenv("REKEY_SOAK") == "1" {
		return 10_000
	}
	return 1_000
}

// TestManyStates: however often the State changes, a submenu that its user has
// opened in a real panel stays open and its click works; and memory, goroutines,
// connections and rows are in the end what they were.
//
// It is not run under the race detector, which takes a hundred megabytes of its own.
func TestManyStates(t *testing.T) {
	if !kit.Alone(t) {
		return
	}
	desktop.Require(t, desktop.DisplayServer, desktop.Camera, desktop.WindowManager, desktop.PanelProgram, desktop.Mouse)
	d := desktop.New(t)
	d.StartDisplay(t)
	d.StartPanel(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", variable(d.Environ(), "DBUS_SESSION_BUS_ADDRESS"))

	session := kit.NewSession(kit.State(auth.StatusHealthy, time.Now()))
	tr := newTray([]Home{{Session: lending.Of(session)}}, Options{
		Words: words.English(), Quit: func() {}, Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	var err error
	tr.item, err = item.Open(ctx, tr.config(ctx))
	must.Do(t, err)
	tr.show(tr.states(), time.Now())
	ended := kit.Later(func() error { return tr.item.Run(ctx) })
	bus := d.Connect(t)
	kit.Eventually(t, "the icon in the panel", func() bool { return len(itemsOf(t, bus)) == 1 })

	closed := d.ScreenshotAfter(t, "1-icon", nil)
	d.OpenMenu(t)
	menu := d.ScreenshotAfter(t, "2-menu", closed)
	d.Type(t, "key", "End", "key", "Up", "key", "Right") // "Sign out", above "Quit", and into its submenu
	d.ScreenshotAfter(t, "3-submenu", menu)

	showMany(t, tr, bus, 200) // until what is remembered is
	before := measure(t, bus)
	after, heap, resident := before, int64(0), int64(0)
	for round := 1; round == 1 || round <= 3 && (heap > 256<<10 || resident > 4<<10); round++ { // what leaks grows each time
		last := after
		showMany(t, tr, bus, changes())
		kit.Eventually(t, "an end of what was only under way", func() bool {
			return runtime.NumGoroutine() <= before.goroutines
		})
		after = measure(t, bus)
		after.goroutines = before.goroutines // now and then one more or less works at an answer
		heap, resident = after.heap-last.heap, after.resident-last.resident
		t.Logf("after %d changes of State: %+v, before: %+v", changes(), after, last)
	}
	d.Screenshot(t, "4-submenu-after")
	if heap > 256<<10 {
		t.Errorf("the heap has grown by %d bytes", heap)
	}
	if resident > 4<<10 {
		t.Errorf("the memory has grown by %d kB", resident)
	}
	before.heap, before.resident, after.heap, after.resident = 0, 0, 0, 0
	if before != after {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if len(session.Calls) > 0 {
		t.Fatalf("the session was asked to %s before the click", <-session.Calls)
	}
	d.Type(t, "key", "Return")
	session.Expect(t, "SignOut")

	cancel()
	tr.work.Wait()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// showMany shows so many States, each of another status, account and end. All of
// them can be signed out from. The panel is given the time to follow, else it
// runs into its own limit of questions under way: it has read what came before
// when it answers one of ours.
func showMany(t *testing.T, tr *tray, bus *dbus.Conn, n int) {
	t.Helper()
	statuses := []auth.Status{auth.StatusHealthy, auth.StatusRefreshing, auth.StatusWaiting, auth.StatusExpiring, auth.StatusSignInRequired}
	now := time.Now()
	for i := range n {
		s := kit.State(statuses[i%len(statuses)], now.Add(time.Duration(i)*time.Minute))
		s.Email = fmt.Sprintf("ada%d@example.com", i)
		tr.show([]auth.State{s}, now)
		if i%8 == 0 && len(itemsOf(t, bus)) != 1 {
			t.Fatal("the panel has lost the icon")
		}
	}
}

// load is what this process keeps.
type load struct {
	heap        int64 // bytes in use
	resident    int64 // kB
	goroutines  int
	connections int // to the bus, of everybody
	objects     int // rows of the menu and objects around it
}

// measure is taken when all that is under way has come to rest.
func measure(t *testing.T, bus *dbus.Conn) (l load) {
	t.Helper()
	for {
		last := l
		l = load{goroutines: runtime.NumGoroutine(), connections: len(namesOf(t, bus)), objects: objectsOf(t, bus)}
		if l == last {
			break
		}
	}
	runtime.GC()
	runtime.GC() // what finalizers let go of
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	l.heap = int64(stats.HeapAlloc)
	status := files.Read(t, "/proc/self/status")
	_, resident, _ := strings.Cut(string(status), "VmRSS:")
	must.Get(fmt.Sscan(resident, &l.resident))(t)
	return l
}

func namesOf(t *testing.T, bus *dbus.Conn) (names []string) {
	t.Helper()
	must.Do(t, bus.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&names))
	return names
}

// itemsOf are the icons that the panel knows.
func itemsOf(t *testing.T, bus *dbus.Conn) (items []string) {
	t.Helper()
	const watcher = "org.kde.StatusNotifierWatcher"
	if v, err := bus.Object(watcher, "/StatusNotifierWatcher").GetProperty(watcher + ".RegisteredStatusNotifierItems"); err == nil {
		items, _ = v.Value().([]string)
	}
	return items
}

// objectsOf counts the nodes below our item and the rows of its menu.
func objectsOf(t *testing.T, bus *dbus.Conn) int {
	t.Helper()
	ours := fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", os.Getpid())
	var description string
	must.Do(t, bus.Object(ours, "/StatusNotifierItem").Call("org.freedesktop.DBus.Introspectable.Introspect", 0).Store(&description))
	ids := make([]int32, 1024)
	for i := range ids {
		ids[i] = int32(i)
	}
	var items []struct {
		ID         int32
		Properties map[string]dbus.Variant
	}
	menu := bus.Object(ours, "/StatusNotifierItem/menu")
	must.Do(t, menu.Call("com.canonical.dbusmenu.GetGroupProperties", 0, ids, []string{}).Store(&items))
	return strings.Count(description, "<node") + len(items)
}

// variable is what a list of variables says of one.
func variable(env []string, name string) string {
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}
