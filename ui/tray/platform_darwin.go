package tray

import (
	"context"
	"log/slog"

	"fyne.io/systray"
)

const iconSize = 44

// present builds the item and keeps it in the menu bar until ctx ends. It must
// be called on the main goroutine.
func present(ctx context.Context, _ *slog.Logger, build, _ func()) error {
	stop := context.AfterFunc(ctx, systray.Quit)
	defer stop()
	systray.Run(build, nil)
	return nil
}

// iconFile is the icon in the format that systray wants here.
func iconFile(png []byte) []byte { return png }

// escape leaves the label alone: menus of macOS have no access keys.
func escape(label string) string { return label }

// fit leaves the tooltip alone: it may have any length.
func fit(tooltip string) string { return tooltip }
