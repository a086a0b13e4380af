//go:build linux || freebsd || openbsd || netbsd

package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/godbus/dbus/v5"

	"rekey/internal/fault"
	"rekey/internal/sessionbus"
)

// The Desktop Notifications specification, version 1.3.
const (
	service = "org.freedesktop.Notifications"
	path    = dbus.ObjectPath("/org/freedesktop/Notifications")

	actionKey  = "sign-in" // the button
	defaultKey = "default" // a click on the message itself

	urgencyNormal = byte(1)
	neverExpires  = int32(0) // it is shown once, so it waits to be seen
)

// errNoService means that there is no notification service on the bus.
var errNoService = fault.New("no_notifier", "no notification service is running")

// absent are the bus errors that say so: for the service's name, for the unique
// name of one that has exited, and from the bus for one that exits while asked.
var absent = []string{
	"org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner", "org.freedesktop.DBus.Error.NoReply",
}

// Bus is the Notifier for the desktop's notification service. It uses a private
// connection, opened on first use and reopened when it breaks.
//
// It does not use github.com/esiqveland/notify, whose calls have no time limit
// and whose signal loop panics at a malformed signal from any program on the
// bus.
type Bus struct {
	address string
	work    sync.WaitGroup // the goroutines that listen

	mu     sync.Mutex // guards everything below; held during calls
	conn   *dbus.Conn
	server string // the service's unique name, which its signals come from
	id     uint32 // of the message on the screen, 0 when there is none
	signIn func() // what that message's button does
}

var _ Desktop = (*Bus)(nil)

// NewBus returns a Notifier for the bus at address, or this session's bus when
// address is "". It does not connect yet.
func NewBus(address string) *Bus { return &Bus{address: address} }

// Show implements Notifier.
func (b *Bus) Show(ctx context.Context, n Notification) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.show(ctx, n)
}

// Correct implements Notifier.
func (b *Bus) Correct(ctx context.Context, n Notification) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.id == 0 || !b.conn.Connected() {
		return nil
	}
	n.silent = true
	return b.show(ctx, n)
}

func (b *Bus) show(ctx context.Context, n Notification) error {
	if err := b.connect(ctx); err != nil {
		return fmt.Errorf("connecting to the session bus: %w", err)
	}
	var can []string
	if err := b.call(ctx, service, "GetCapabilities").Store(&can); err != nil {
		return fmt.Errorf("asking the notification service: %w", err)
	}
	// The service is running now. From here on use its unique name: another
	// service that takes over does not know our message, and may have given its
	// id to another program's.
	var server string
	owner := b.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetNameOwner", 0, service)
	if err := owner.Store(&server); err != nil {
		return fmt.Errorf("finding the notification service: %w", err)
	}
	if server != b.server {
		b.server, b.id, b.signIn = server, 0, nil
	}
	actions := []string{}
	if n.SignIn != nil && slices.Contains(can, "actions") {
		// Xfce shows a default action with a label as a second button.
		actions = []string{defaultKey, "", actionKey, n.Button}
	}
	text := body(n, len(actions) > 0, slices.Contains(can, "body-markup"))
	call := b.call(ctx, server, "Notify", appName, b.id, "", n.Title, text, actions, hints(n), neverExpires)
	var id uint32
	if err := call.Store(&id); err != nil {
		return fmt.Errorf("sending a notification: %w", err)
	}
	b.id, b.signIn = id, n.SignIn
	return nil
}

// Withdraw implements Notifier. The message of a service that has exited is
// gone.
func (b *Bus) Withdraw(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := b.id
	b.id, b.signIn = 0, nil
	if id == 0 || !b.conn.Connected() {
		return nil
	}
	err := b.call(ctx, b.server, "CloseNotification", id).Err
	if err != nil && !errors.Is(err, errNoService) {
		return fmt.Errorf("closing a notification: %w", err)
	}
	return nil
}

// Close closes the connection and waits for the goroutine that reads it.
func (b *Bus) Close() error {
	b.mu.Lock()
	conn := b.conn
	b.conn, b.id, b.signIn = nil, 0, nil
	b.mu.Unlock()
	if conn == nil {
		return nil
	}
	err := conn.Close()
	b.work.Wait()
	return err
}

// connect makes sure that there is a connection and a goroutine that reads its
// signals.
func (b *Bus) connect(ctx context.Context) error {
	if b.conn != nil && b.conn.Connected() {
		return nil
	}
	conn, err := sessionbus.Dial(ctx, b.address)
	if err != nil {
		return err
	}
	if err := conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(service), dbus.WithMatchInterface(service)); err != nil {
		_ = conn.Close()
		return err
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	b.conn, b.server, b.id, b.signIn = conn, "", 0, nil
	b.work.Go(func() {
		for signal := range signals { // closed with the connection
			b.hear(signal)
		}
	})
	return nil
}

// hear handles a signal. Any program on the bus can send one, so only the
// service's signals about our message count.
func (b *Bus) hear(signal *dbus.Signal) {
	var id uint32
	if len(signal.Body) == 0 || dbus.Store(signal.Body[:1], &id) != nil {
		return
	}
	b.mu.Lock()
	if id == 0 || id != b.id || signal.Sender != b.server {
		b.mu.Unlock()
		return
	}
	var press func()
	switch signal.Name {
	case service + ".ActionInvoked":
		var key string
		if dbus.Store(signal.Body[1:], &key) == nil && (key == actionKey || key == defaultKey) {
			press, b.signIn = b.signIn, nil
		}
	case service + ".NotificationClosed":
		b.id, b.signIn = 0, nil
	}
	b.mu.Unlock()
	if press != nil {
		press()
	}
}

// call calls a method of the notification service with this bus name.
func (b *Bus) call(ctx context.Context, name, method string, args ...any) *dbus.Call {
	call := b.conn.Object(name, path).CallWithContext(ctx, service+"."+method, 0, args...)
	if failed, ok := errors.AsType[dbus.Error](call.Err); ok && slices.Contains(absent, failed.Name) {
		call.Err = errNoService.With("Err", failed)
	}
	return call
}
