//go:build !(linux || freebsd || openbsd || netbsd)

package tray

import "context"

// Probe reports whether a tray can be shown. On this system it always can.
func Probe(context.Context, string) error { return nil }

// watchMenu has nothing to listen to: systray tells of every opening here, and no
// menu closes when it changes.
func watchMenu(context.Context, string, func(), func()) {}

// watchPanelColour does nothing on this system.
func watchPanelColour(context.Context, string, string, func() (dark, known bool), func(bool)) {}
