// Package secretservice is a client of the freedesktop.org Secret Service, which
// gnome-keyring, KWallet and KeePassXC offer over D-Bus. Unlike go-keyring it
// uses its own connection, honours its context, keeps the attributes of items
// that another program created, and prompts only when asked to unlock.
//
// It only touches the session's D-Bus. On systems other than Linux the package
// only has types and errors.
package secretservice

import (
	"errors"

	"rekey/internal/fault"
)

// Item names an entry: the attributes application, service and username. Only
// the last two are searched for.
type Item struct{ Application, Name, User string }

// The errors of a call, besides the cause of its context and D-Bus's own
// errors.
var (
	ErrNoItem      = errors.New("the item does not exist")
	ErrLocked      = fault.New("locked", "it is locked")
	ErrNoService   = fault.New("no_keyring", "there is no keyring service")
	ErrAmbiguous   = fault.New("ambiguous", "it holds several sign-ins for this home")
	ErrStillLocked = fault.New("not_unlocked", "the keyring was not unlocked")
)
