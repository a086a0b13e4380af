package item

import (
	"image"

	"rekey/assets/iconfile"
)

// IconSize is how many pixels wide and high an icon should be.
const IconSize = 44

// iconFile is a picture in the format that systray wants here.
func iconFile(picture image.Image) ([]byte, error) { return iconfile.PNG(picture) }

// escape leaves the label alone: menus of macOS have no access keys.
func escape(label string) string { return label }

// fit leaves the tooltip alone: it may have any length.
func fit(tooltip string) string { return tooltip }
