package item

import (
	"image"
	"strings"
	"unicode/utf16"

	"rekey/assets/iconfile"
)

// IconSize is how many pixels wide and high an icon should be.
const IconSize = 32

// iconFile is a picture in the format that systray wants here.
func iconFile(picture image.Image) ([]byte, error) { return iconfile.ICO(picture) }

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
