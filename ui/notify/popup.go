package notify

import (
	"context"
	"errors"
	"fmt"
	"image"
	"sync"
)

// Popup is the Notifier for desktops without a notification service on D-Bus. Its
// messages have no button and cannot be withdrawn; they disappear by themselves.
type Popup struct {
	send func(title, text string, icon *image.RGBA) error
	busy sync.Mutex // held while a message is under way
}

var _ Desktop = (*Popup)(nil)

// NewPopup returns the Notifier.
func NewPopup() *Popup { return &Popup{send: popUp} }

// errBusy means that the desktop has not accepted the previous message yet.
var errBusy = errors.New("the desktop is still busy with the last notification")

// Show implements Notifier. The account is omitted: on some systems the text is
// passed to another program as an argument, which all users can see.
func (p *Popup) Show(ctx context.Context, n Notification) error {
	if !p.busy.TryLock() {
		return errBusy
	}
	done := make(chan error, 1)
	go func() { // sending has no time limit; a call that outlasts ctx ends by itself
		defer p.busy.Unlock()
		done <- p.send(n.Title, n.Body+"\n"+n.Buttonless, n.Icon)
	}()
	select {
	case <-ctx.Done():
		return fmt.Errorf("sending a notification: %w", ctx.Err())
	case err := <-done:
		if err != nil {
			return fmt.Errorf("sending a notification: %w", err)
		}
		return nil
	}
}

// Correct implements Notifier. It does nothing.
func (*Popup) Correct(context.Context, Notification) error { return nil }

// Withdraw implements Notifier. It does nothing.
func (*Popup) Withdraw(context.Context) error { return nil }

// Close implements Desktop.
func (*Popup) Close() error { return nil }
