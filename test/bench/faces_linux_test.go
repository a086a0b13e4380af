package bench_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/desktop"
	"rekey/test/kit/must"
)

// soon is how long, in milliseconds, a face may show what is no longer so.
const soon = 100

// rests is how long after one change everything is shown and nothing is done any more.
const rests = 300 * time.Millisecond

// faces: how long after a file was replaced the panel has been told all of it, and the
// window has a new picture, beside when another program has the State. All three are
// told at the same time, as they are on a desktop.
func (r *rivals) faces(b *testing.B) {
	r.bare(b) // which builds the window
	w := newWorld(b)
	d := desktop.New(b)
	d.StartDisplay(b, "-fbdir", d.Home())
	d.StartWatcher(b)
	tray := d.Start(b, w.Environ(), r.rekey)
	item := d.Item(b, tray)
	client := must.Get(w.Attach(b.Context()))(b)
	b.Cleanup(func() { _ = client.Close() })
	states := stamped(client.Subscribe(b.Context()))
	told := stamped(rowsChanged(b, d, item))

	eye := newEye(b, d)
	item.Click(b, "Open Rekey")
	kit.Eventually(b, "the window", eye.sees)

	signedIn := must.Get(w.Home.Read())(b)
	contents := [][]byte{box.AuthJSON(box.WithAPIKey("sk-not-a-real-key")), signedIn}
	var panel, window, state samples
	n := 0
	change := func() {
		<-time.After(rests)
		empty(states)
		empty(told)
		eye.sees()
		began := time.Now()
		must.Do(b, w.Home.Replace(contents[n%len(contents)]))
		n++
		kit.Eventually(b, "a new picture of the window", eye.sees)
		window = append(window, milliseconds(time.Since(began)))
		state = append(state, milliseconds(kit.Receive(b, "a State", states).Sub(began)))
		panel = append(panel, milliseconds(kit.Receive(b, "a signal to the panel", told).Sub(began)))
	}
	takeTurns(b, change, change)
	for _, face := range []struct {
		name string
		ours samples
	}{{"panel told", panel}, {"window's new picture", window}} {
		for _, q := range []struct {
			percent int
			name    string
		}{{50, "median"}, {100, "longest"}} {
			r.table.add(b, row{
				what: "file replaced → " + face.name + ", " + q.name, unit: "ms", digits: 1, most: soon,
				rival: "State in another program", ours: face.ours.quantile(q.percent), theirs: state.quantile(q.percent),
			})
		}
	}
}

// rowsChanged are the signals of new rows, which an item sends last.
func rowsChanged(b *testing.B, d *desktop.Desktop, item *desktop.Item) <-chan *dbus.Signal {
	b.Helper()
	conn := d.Connect(b)
	must.Do(b, conn.AddMatchSignal(dbus.WithMatchSender(item.Connection()), dbus.WithMatchMember("ItemsPropertiesUpdated")))
	signals := make(chan *dbus.Signal, 64)
	conn.Signal(signals)
	return signals
}

// stamped is when each of these came, until there are no more.
func stamped[T any](from <-chan T) <-chan time.Time {
	times := make(chan time.Time, 64)
	go func() {
		for range from {
			times <- time.Now()
		}
	}()
	return times
}

// empty takes out what is in a channel.
func empty(times <-chan time.Time) {
	for len(times) > 0 {
		<-times
	}
}

// eye looks at the top of a display, where the window's headline is without a window
// manager: at the file that the display keeps its picture in.
type eye struct {
	file      *os.File
	now, last []byte
}

func newEye(b *testing.B, d *desktop.Desktop) *eye {
	b.Helper()
	const size = 240 * 1280 * 4 // so many rows
	e := &eye{must.Get(os.Open(filepath.Join(d.Home(), "Xvfb_screen0")))(b), make([]byte, size), make([]byte, size)}
	b.Cleanup(func() { _ = e.file.Close() })
	e.sees()
	return e
}

// sees reports whether there is something else than the last time.
func (e *eye) sees() bool {
	_, err := e.file.ReadAt(e.now, 0)
	e.now, e.last = e.last, e.now
	return err == nil && !bytes.Equal(e.now, e.last)
}
