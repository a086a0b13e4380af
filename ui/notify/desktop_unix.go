//go:build linux || freebsd || openbsd || netbsd

package notify

import (
	"context"
	"errors"
	"image"
	"os/exec"

	"rekey/internal/sessionbus"
)

// NewDesktop returns the Notifier for this system. The address is that of the
// session bus, or "" for the one of this session.
func NewDesktop(address string) Desktop { return &fallback{bus: NewBus(address), other: NewPopup()} }

// popUp shows a message through KDE's own program, which needs no service;
// notify-send does. The icon is the installed one.
func popUp(title, text string, _ *image.RGBA) error {
	const seconds = "5"
	return exec.Command("kdialog", "--title", title, "--icon", appID, "--passivepopup", text, seconds).Run()
}

// fallback is the notification service on the bus, or a popup if there is none.
type fallback struct {
	bus   Desktop
	other Desktop
}

// Show implements Notifier. There is no popup beside a service that exists but
// fails, because the message might be seen twice.
func (f *fallback) Show(ctx context.Context, n Notification) error {
	err := f.bus.Show(ctx, n)
	if !errors.Is(err, errNoService) {
		return err
	}
	if other := f.other.Show(ctx, n); other != nil {
		return errors.Join(err, other)
	}
	return nil
}

// Correct implements Notifier.
func (f *fallback) Correct(ctx context.Context, n Notification) error {
	return errors.Join(f.bus.Correct(ctx, n), f.other.Correct(ctx, n))
}

// Withdraw implements Notifier.
func (f *fallback) Withdraw(ctx context.Context) error {
	return errors.Join(f.bus.Withdraw(ctx), f.other.Withdraw(ctx))
}

// Close implements Desktop.
func (f *fallback) Close() error { return errors.Join(f.bus.Close(), f.other.Close()) }

// Daemon names the program that shows notifications on the bus at address, "" for
// that of this session. A service that the bus can start is started.
func Daemon(ctx context.Context, address string) (name string, err error) {
	conn, err := sessionbus.Dial(ctx, address)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	var vendor, version, spec string
	call := (&Bus{conn: conn}).call(ctx, service, "GetServerInformation")
	if err := call.Store(&name, &vendor, &version, &spec); err != nil {
		return "", err
	}
	return name + " " + version, nil
}
