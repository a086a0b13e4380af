//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"strings"

	"fyne.io/systray"
)

// iconSize is twice what panels commonly show, so that it stays sharp on dense
// screens; they scale it down.
const iconSize = 48

// present builds the item and keeps it on the panel until ctx ends.
//
// Everything is set before the item registers: it is complete from the first
// moment, and there is no blank icon.
func present(ctx context.Context, build func()) {
	systray.SetTitle("Rekey")
	build()
	start, end := systray.RunWithExternalLoop(nil, nil)
	start()
	<-ctx.Done()
	end()
}

// iconFile is the icon in the format that systray wants here.
func iconFile(png []byte) []byte { return png }

// escape keeps underscores, which mark access keys in a D-Bus menu.
func escape(label string) string { return strings.ReplaceAll(label, "_", "__") }
