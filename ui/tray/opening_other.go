//go:build !(linux || freebsd || openbsd || netbsd)

package tray

import "context"

// watchAboutToShow has nothing to listen to: systray tells of every opening here.
func watchAboutToShow(context.Context, string, func()) {}
