// Package secretservice is a client of the freedesktop.org Secret Service, which
// gnome-keyring, KWallet and KeePassXC offer over D-Bus. Unlike go-keyring it
// uses a connection of its own, ends with its context, keeps the attributes of
// an item that another program has made, and never shows a prompt unless it is
// asked to unlock.
//
// It touches the session's D-Bus and nothing else. On other systems than Linux
// the package has its words alone.
package secretservice

import (
	"errors"

	"rekey/internal/fault"
)

// Item names an entry: the attributes application, service and username. Only
// the last two are searched for.
type Item struct{ Application, Name, User string }

// What a call can find. Besides these it fails with the cause of its context and
// with D-Bus's own errors.
var (
	ErrNoItem      = errors.New("the item does not exist")
	ErrLocked      = fault.New("locked", "it is locked")
	ErrNoService   = fault.New("no_keyring", "there is no keyring service")
	ErrAmbiguous   = fault.New("ambiguous", "it holds several sign-ins for this home")
	ErrStillLocked = fault.New("not_unlocked", "the keyring was not unlocked")
)
