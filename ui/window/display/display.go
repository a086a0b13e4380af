// Package display checks whether there is a display to open a window on,
// because Fyne panics without one (as of v2.8.1, see
// https://github.com/fyne-io/fyne/issues/410). It reads variables and names
// sockets, but opens none itself.
package display

import (
	"path"
	"strconv"
	"strings"

	"rekey/internal/fault"
)

// Socket is where a display may listen: the arguments of net.Dial.
type Socket struct{ Network, Address string }

// ErrNone means that no display is named at all.
var ErrNone = fault.New("no_display", "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set")

// ErrMute means that the configured displays do not answer.
var ErrMute = fault.New("mute_display", "the display does not answer: see DISPLAY and WAYLAND_DISPLAY")

// Check returns nil when a display of X11 or Wayland answers, else ErrNone or
// ErrMute. getenv is os.Getenv; dial is net.Dial and closes the connection.
func Check(getenv func(string) string, dial func(Socket) error) error {
	sockets := append(wayland(getenv), x11(getenv("DISPLAY"))...)
	if len(sockets) == 0 {
		return ErrNone
	}
	for _, s := range sockets {
		if dial(s) == nil {
			return nil
		}
	}
	return ErrMute
}

// wayland is the socket that WAYLAND_DISPLAY names (wl_display_connect).
func wayland(getenv func(string) string) []Socket {
	name, dir := getenv("WAYLAND_DISPLAY"), getenv("XDG_RUNTIME_DIR")
	switch {
	case name == "":
		return nil
	case path.IsAbs(name):
		return []Socket{{"unix", name}}
	}
	return []Socket{{"unix", path.Join(dir, name)}}
}

// x11 are the sockets that DISPLAY, "[host]:number[.screen]", may mean (X(7)).
func x11(display string) []Socket {
	colon := strings.LastIndexByte(display, ':')
	if colon < 0 {
		if display == "" {
			return nil
		}
		return []Socket{{"unix", display}}
	}
	host := display[:colon]
	number, _, _ := strings.Cut(display[colon+1:], ".")
	n, err := strconv.ParseUint(number, 10, 15)
	switch {
	case path.IsAbs(host): // a socket of launchd
		return []Socket{{"unix", display}}
	case err != nil:
		return []Socket{{"unix", display}} // nobody answers there
	case host == "" || host == "unix":
		local := "/tmp/.X11-unix/X" + strconv.FormatUint(n, 10)
		return []Socket{{"unix", local}, {"unix", "@" + local}}
	}
	return []Socket{{"tcp", host + ":" + strconv.FormatUint(6000+n, 10)}}
}
