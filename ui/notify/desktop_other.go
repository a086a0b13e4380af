//go:build !(linux || freebsd || openbsd || netbsd)

package notify

import (
	"context"
	"image"
	"runtime"

	"github.com/gen2brain/beeep"

	"rekey/assets/iconfile"
)

// NewDesktop returns the Notifier for this system. The address is not used.
func NewDesktop(string) Desktop { return NewPopup() }

// popUp shows a message through package beeep, whose name for this program it sets.
func popUp(title, text string, icon *image.RGBA) error {
	beeep.AppName = appName
	var file []byte
	if icon != nil {
		file, _ = iconfile.PNG(icon) // into memory
	}
	return beeep.Notify(title, text, file)
}

// Daemon names the program that shows notifications: the system itself.
func Daemon(context.Context, string) (name string, err error) { return runtime.GOOS, nil }
