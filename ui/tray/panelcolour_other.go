//go:build !(linux || freebsd || openbsd || netbsd)

package tray

import "context"

// watchPanelColour does nothing on this system.
func watchPanelColour(context.Context, string, string, func() (dark, known bool), func(bool)) {}
