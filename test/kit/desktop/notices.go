//go:build linux

package desktop

import (
	"fmt"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// The Desktop Notifications Specification's names.
const (
	notifyName = "org.freedesktop.Notifications"
	notifyPath = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// noticeWidth is in pixels.
const noticeWidth = 420

// dunstConfig keeps every notification on the display until it is closed.
const dunstConfig = `[global]
font = DejaVu Sans 11
width = @WIDTH@
offset = 20x60
origin = top-right
markup = full
idle_threshold = 0
mouse_left_click = do_action
[urgency_low]
timeout = 0
[urgency_normal]
timeout = 0
[urgency_critical]
timeout = 0
`

// StartNotifier starts a real notification daemon on the display.
func (d *Desktop) StartNotifier(t testing.TB) *Process {
	t.Helper()
	Require(t, Notifier)
	config := filepath.Join(d.home, "dunstrc")
	must.Do(t, os.WriteFile(config, []byte(strings.ReplaceAll(dunstConfig, "@WIDTH@", strconv.Itoa(noticeWidth))), 0o600))
	p := d.Start(t, nil, string(Notifier), "-config", config)
	d.WaitForNotifier(t)
	return p
}

// ClickNotice clicks on the newest notification, as its user would: its only
// action is done.
func (d *Desktop) ClickNotice(t testing.TB) {
	t.Helper()
	// Where dunstConfig puts it.
	d.Type(t, "mousemove", strconv.Itoa(width-20-noticeWidth/2), "80", "click", "1")
}

// Notice is a notification that a program sent.
type Notice struct {
	// ID is what the daemon calls it, 0 until it has answered.
	ID            uint32
	App           string
	Summary, Body string
	// Actions are keys and labels in turn.
	Actions []string
	// Replaces is the ID of an earlier notification, 0 for a new one.
	Replaces uint32
	// Withdrawn: the program asked the daemon to close it.
	Withdrawn bool
}

// Notices is a record of all notifications on a bus, whoever is the daemon. It
// is safe for concurrent use.
type Notices struct {
	mu      sync.Mutex // guards all below
	sent    []Notice
	asked   map[call]int  // places in sent that wait for their ID
	changed chan struct{} // closed, and replaced, at every change
}

// call is a method call on the bus.
type call struct {
	sender string
	serial uint32
}

// RecordNotices records the notifications from now on. Start it before the
// programs that send them.
func (d *Desktop) RecordNotices(t testing.TB) *Notices {
	t.Helper()
	n := &Notices{asked: make(map[call]int), changed: make(chan struct{})}
	conn := d.Connect(t)
	// No rules: all messages, for answers cannot be told by their interface.
	must.Do(t, conn.BusObject().Call("org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, []string{}, uint32(0)).Err)
	messages := make(chan *dbus.Message, 4096)
	done := make(chan struct{})
	conn.Eavesdrop(messages)
	go func() {
		for {
			select {
			case m := <-messages:
				n.follow(m)
			case <-done:
				return
			}
		}
	}()
	t.Cleanup(func() {
		conn.Eavesdrop(nil) // closing conn would close messages while its worker sends
		close(done)
	})
	return n
}

// follow takes one message of the bus into account.
func (n *Notices) follow(m *dbus.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	member, _ := m.Headers[dbus.FieldMember].Value().(string)
	face, _ := m.Headers[dbus.FieldInterface].Value().(string)
	switch {
	case m.Type == dbus.TypeMethodReply:
		n.answered(m)
	case m.Type != dbus.TypeMethodCall || face != notifyName:
		return
	case member == "Notify":
		n.notified(m)
	case member == "CloseNotification" && len(m.Body) == 1:
		for i := range n.sent {
			n.sent[i].Withdrawn = n.sent[i].Withdrawn || n.sent[i].ID == m.Body[0]
		}
	}
	close(n.changed)
	n.changed = make(chan struct{})
}

// notified notes a Notify; n.mu is held.
func (n *Notices) notified(m *dbus.Message) {
	var notice Notice
	var icon string
	var hints map[string]dbus.Variant
	var expires int32
	if dbus.Store(m.Body, &notice.App, &notice.Replaces, &icon, &notice.Summary, &notice.Body,
		&notice.Actions, &hints, &expires) != nil {
		return // a daemon refuses it too
	}
	if _, ok := hints["sender-pid"]; ok {
		return // GNOME's daemon hands on to the shell what it was told
	}
	sender, _ := m.Headers[dbus.FieldSender].Value().(string)
	n.asked[call{sender, m.Serial()}] = len(n.sent)
	n.sent = append(n.sent, notice)
}

// answered notes the ID of a notification if m is the answer to its Notify;
// n.mu is held.
func (n *Notices) answered(m *dbus.Message) {
	to, _ := m.Headers[dbus.FieldDestination].Value().(string)
	serial, _ := m.Headers[dbus.FieldReplySerial].Value().(uint32)
	place, ok := n.asked[call{to, serial}]
	if !ok || len(m.Body) != 1 {
		return
	}
	delete(n.asked, call{to, serial})
	n.sent[place].ID, _ = m.Body[0].(uint32)
}

// All is every notification so far, in the order they were sent.
func (n *Notices) All() []Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sent)
}

// Wait waits until the condition holds for the notifications so far, and
// returns them.
func (n *Notices) Wait(t testing.TB, what string, ok func([]Notice) bool) []Notice {
	t.Helper()
	patience := time.After(kit.Patience)
	for {
		n.mu.Lock()
		sent, changed := slices.Clone(n.sent), n.changed
		n.mu.Unlock()
		if ok(sent) {
			return sent
		}
		select {
		case <-changed:
		case <-patience:
			t.Fatalf("did not come: %s; notifications so far: %+v", what, sent)
		}
	}
}

// StartXfceNotifier starts Xfce's notification daemon, whose notifications show
// their buttons. It needs StartPanel's settings.
func (d *Desktop) StartXfceNotifier(t testing.TB) *Process {
	t.Helper()
	p := d.Start(t, nil, serviceProgram(t, "org.xfce.xfce4-notifyd.Notifications"))
	d.WaitForNotifier(t)
	return p
}

// Paint fills what is behind all windows with a colour.
func (d *Desktop) Paint(t testing.TB, c color.RGBA) {
	t.Helper()
	Require(t, Painter)
	painter := exec.Command(string(Painter), "-solid", fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B))
	painter.Env = d.Environ()
	if out, err := painter.CombinedOutput(); err != nil {
		t.Fatalf("paint the display: %v\n%s", err, out)
	}
}
