package tray

import (
	"context"
	"log/slog"
	"strings"

	"fyne.io/systray"

	"rekey/assets"
)

const iconSize = 32

// present builds the item and keeps it on the panel until ctx ends. It must be
// called on the main goroutine.
func present(ctx context.Context, _ *slog.Logger, build, _ func()) error {
	stop := context.AfterFunc(ctx, systray.Quit)
	defer stop()
	systray.Run(build, nil)
	return nil
}

// iconFile is the icon in the format that systray wants here.
func iconFile(png []byte) []byte { return assets.ICO(png, iconSize) }

// escape keeps ampersands, which mark access keys in a Windows menu.
func escape(label string) string { return strings.ReplaceAll(label, "&", "&&") }
