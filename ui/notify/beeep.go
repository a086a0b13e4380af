package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/gen2brain/beeep"
)

// Beeep is the Notifier for desktops without D-Bus. Its messages have no button
// and cannot be withdrawn; they disappear by themselves.
type Beeep struct {
	send func(title, message string, icon any) error
	busy sync.Mutex // held while a message is under way
}

var _ Desktop = (*Beeep)(nil)

// NewBeeep returns a Notifier that uses package beeep, whose name for this
// program it sets.
func NewBeeep() *Beeep {
	beeep.AppName = appName
	return &Beeep{send: beeep.Notify}
}

// errBusy means that the desktop has not accepted the previous message yet.
var errBusy = errors.New("the desktop is still busy with the last notification")

// Show implements Notifier. The account is omitted: on some systems beeep
// passes the text to another program as an argument, which all users can see.
func (b *Beeep) Show(ctx context.Context, n Notification) error {
	if !b.busy.TryLock() {
		return errBusy
	}
	done := make(chan error, 1)
	go func() { // beeep has no time limit; a call that outlasts ctx ends by itself
		defer b.busy.Unlock()
		done <- b.send(n.Title, n.Body+"\n"+n.Buttonless, n.Icon)
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
func (*Beeep) Correct(context.Context, Notification) error { return nil }

// Withdraw implements Notifier. It does nothing.
func (*Beeep) Withdraw(context.Context) error { return nil }

// Close implements Desktop.
func (*Beeep) Close() error { return nil }
