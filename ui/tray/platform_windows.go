package tray

import (
	"context"
	"log/slog"
	"strings"
	"unicode/utf16"

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

// tooltipSize is the room for a tooltip and its end, in UTF-16. systray
// v1.12.3-0.20260810170012 leaves out the end of what does not fit.
const tooltipSize = 128

// fit shortens a tooltip that has no room.
func fit(tooltip string) string {
	const end = "…"
	if len(utf16.Encode([]rune(tooltip))) < tooltipSize {
		return tooltip
	}
	room := tooltipSize - 1 - len([]rune(end))
	for i, r := range tooltip {
		if room -= utf16.RuneLen(r); room < 0 {
			return tooltip[:i] + end
		}
	}
	return tooltip
}
