//go:build !(linux || freebsd || openbsd || netbsd)

package tray

import "context"

// watchMenu has nothing to listen to: systray tells of every opening here, and no
// menu closes when it changes.
func watchMenu(context.Context, string, func(), func()) {}
