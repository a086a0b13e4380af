package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/gen2brain/beeep"
)

// Beeep is the Notifier for desktops without D-Bus. Its messages have no
// button and cannot be withdrawn; the desktop takes them away by itself.
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

// errBusy means that the desktop has not taken the message before yet.
var errBusy = errors.New("the desktop is still busy with the last notification")

// Show implements Notifier. The account is left out: on some systems beeep
// hands the text to another program as an argument, for all to see.
func (b *Beeep) Show(ctx context.Context, n Notification) error {
	if !b.busy.TryLock() {
		return errBusy
	}
	done := make(chan error, 1)
	go func() { // beeep knows no time limit; what outlasts ctx ends by itself
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

// Correct implements Notifier. There is nothing it could change.
func (*Beeep) Correct(context.Context, Notification) error { return nil }

// Withdraw implements Notifier. There is nothing it could take back.
func (*Beeep) Withdraw(context.Context) error { return nil }

// Close implements Desktop.
func (*Beeep) Close() error { return nil }
