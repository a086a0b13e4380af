//go:build linux || freebsd || openbsd || netbsd

package notify_test

import (
	"testing"

	"github.com/godbus/dbus/v5"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// server is a notification service. Its method set is the D-Bus interface.
type server struct {
	conn   *dbus.Conn
	can    []string
	notes  chan note
	closed chan uint32
}

// note is one call of Notify.
type note struct {
	app, title, body string
	replaces         uint32
	actions          []string
	hints            map[string]dbus.Variant
	expires          int32
	client           dbus.Sender
}

// The id that every message gets.
const noteID = uint32(7)

// retire takes the service off the bus, as when its process ends.
func (s *server) retire(t *testing.T) {
	t.Helper()
	must.Get(s.conn.ReleaseName(service))(t)
	must.Do(t, s.conn.Close())
}

func newServer(t *testing.T, address string, can ...string) *server {
	t.Helper()
	s := &server{conn: kit.Connect(t, address), can: can, notes: make(chan note, 16), closed: make(chan uint32, 16)}
	must.Do(t, s.conn.Export(s, "/org/freedesktop/Notifications", service))
	kit.Own(t, s.conn, service)
	return s
}

// GetCapabilities is called by clients.
func (s *server) GetCapabilities() ([]string, *dbus.Error) { return s.can, nil }

// Notify is called by clients.
func (s *server) Notify(app string, replaces uint32, _, title, body string, actions []string,
	hints map[string]dbus.Variant, expires int32, client dbus.Sender,
) (uint32, *dbus.Error) {
	s.notes <- note{app, title, body, replaces, actions, hints, expires, client}
	return noteID, nil
}

// CloseNotification is called by clients.
func (s *server) CloseNotification(id uint32) *dbus.Error {
	s.closed <- id
	return nil
}

// leaving is a service that exits when it is asked to close a message.
type leaving struct{ *server }

// CloseNotification is called by clients, in vain.
func (s leaving) CloseNotification(uint32) *dbus.Error {
	_ = s.conn.Close()
	return nil
}

// signal sends a signal of the service, from conn.
func signal(t *testing.T, conn *dbus.Conn, name string, args ...any) {
	t.Helper()
	must.Do(t, conn.Emit("/org/freedesktop/Notifications", service+"."+name, args...))
}

// forge has a stranger send the service's signal straight to a client, past
// what the client subscribed to.
func forge(t *testing.T, stranger *dbus.Conn, client string, body ...any) {
	t.Helper()
	call := stranger.Send(&dbus.Message{
		Type: dbus.TypeSignal,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(client),
			dbus.FieldPath:        dbus.MakeVariant(dbus.ObjectPath("/org/freedesktop/Notifications")),
			dbus.FieldInterface:   dbus.MakeVariant(service),
			dbus.FieldMember:      dbus.MakeVariant("ActionInvoked"),
			dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(body...)),
		},
		Body: body,
	}, nil)
	if call != nil && call.Err != nil {
		t.Fatal(call.Err)
	}
	// A call's answer comes after what was sent before it.
	must.Do(t, stranger.BusObject().Call("org.freedesktop.DBus.GetId", 0).Err)
}

type mute struct {
	asked func()
	until <-chan struct{}
}

// GetCapabilities is called by clients, in vain.
func (m mute) GetCapabilities() ([]string, *dbus.Error) {
	m.asked()
	<-m.until
	return nil, nil
}

// GetServerInformation is called by clients that identify the service.
func (s *server) GetServerInformation() (name, vendor, version, spec string, err *dbus.Error) {
	return "test-daemon", "nobody", "4.2", "1.3", nil
}
