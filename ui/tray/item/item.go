// Package item is an icon with a menu in the desktop's panel.
//
// Where the desktop speaks D-Bus, it is a StatusNotifierItem with a menu as
// com.canonical.dbusmenu describes it, both on one private connection. On Windows
// and macOS it is fyne.io/systray. Whoever uses the package does not see which. It
// knows nothing of sign-ins, and touches nothing but the desktop.
//
// On D-Bus it is not fyne.io/systray too, because that looks its methods up by
// reflection (godbus' Export). For this the linker keeps every exported method of
// every type, which made the whole program a megabyte larger. A release of it that
// uses ExportMethodTable instead would also have to tell of an AboutToShow, to answer
// clicks, to keep registering after a signal it does not know
// (https://github.com/fyne-io/systray/issues/131), and not to say of every changed
// row that the layout has changed (https://github.com/fyne-io/systray/pull/116).
package item

import (
	"log/slog"
	"strings"
)

// Kind is what a line of the menu is.
type Kind int

// The kinds of lines.
const (
	Plain     Kind = iota
	Switch         // has a check mark that is on or off
	Separator      // has no Row
)

// Line is a line of the menu at its place. Lines stay for as long as the item is
// there, and only their Rows change, because panels close an open menu in which lines
// come and go.
type Line struct {
	// Below is the number of the line whose submenu this one is in. Lines are
	// numbered from 1; 0 is the menu itself.
	Below int
	// Kind is what the line is.
	Kind Kind
}

// Row is what a line shows. A row without a label is not shown; one that is not
// Enabled cannot be clicked. Rows are values: compare them with ==.
type Row struct {
	Label string
	// Key is the letter of the label, a lower one, that clicks the row while its menu
	// is open, where panels heed it; 0 for none. Keys says which there can be.
	Key     rune
	Enabled bool
	Checked bool
}

// Config says what an item is and who is told what happens to it. The functions are
// called one after the other while Run runs, and must return soon.
type Config struct {
	// Title is the program's name, which panels know the item by.
	Title string
	// Lines are those of the menu. The first, which has no number, is not used.
	Lines []Line
	// Clicked is called with the number of a line that was clicked.
	Clicked func(line int)
	// Opened is called when the menu is opened. Some panels say so twice.
	Opened func()
	// Activated is called for a click on the icon in a bar that shows no menus.
	Activated func()
	// Bus is the connection to use. Nil: Open connects.
	Bus *Bus
	// Address is then that of the bus, "" for this session's. It means nothing where
	// there is no D-Bus.
	Address string
	// Log gets what goes wrong.
	Log *slog.Logger
}

// clean is a text as every panel takes it: valid, and without zero bytes.
func clean(text string) string {
	const replacement = "\uFFFD"
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", replacement), replacement)
}
