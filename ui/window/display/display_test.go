package display_test

import (
	"errors"
	"slices"
	"testing"

	"rekey/ui/window/display"
)

func TestCheck(t *testing.T) {
	unix := func(address string) display.Socket { return display.Socket{Network: "unix", Address: address} }
	x0 := []display.Socket{unix("/tmp/.X11-unix/X0"), unix("@/tmp/.X11-unix/X0")}
	tests := []struct {
		name  string
		env   map[string]string
		asked []display.Socket
	}{
		{"none", nil, nil},
		{"empty", map[string]string{"DISPLAY": "", "WAYLAND_DISPLAY": "", "XDG_RUNTIME_DIR": "/run/u"}, nil},
		{"x11", map[string]string{"DISPLAY": ":0"}, x0},
		{"x11 with a screen", map[string]string{"DISPLAY": ":0.1"}, x0},
		{"x11 of unix", map[string]string{"DISPLAY": "unix:0"}, x0},
		{"x11 over ssh", map[string]string{"DISPLAY": "localhost:10.0"}, []display.Socket{{Network: "tcp", Address: "localhost:6010"}}},
		{"x11 by launchd", map[string]string{"DISPLAY": "/private/x/org.xquartz:0"}, []display.Socket{unix("/private/x/org.xquartz:0")}},
		{"nonsense", map[string]string{"DISPLAY": "nonsense"}, []display.Socket{unix("nonsense")}},
		{"no number", map[string]string{"DISPLAY": ":x"}, []display.Socket{unix(":x")}},
		{"wayland", map[string]string{"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/run/u"}, []display.Socket{unix("/run/u/wayland-0")}},
		{"wayland by path", map[string]string{"WAYLAND_DISPLAY": "/w"}, []display.Socket{unix("/w")}},
		{"both", map[string]string{"WAYLAND_DISPLAY": "/w", "DISPLAY": ":0"}, append([]display.Socket{unix("/w")}, x0...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			getenv := func(name string) string { return tt.env[name] }
			var asked []display.Socket
			err := display.Check(getenv, func(s display.Socket) error {
				asked = append(asked, s)
				return errors.New("nobody there")
			})
			want := display.ErrMute
			if len(tt.asked) == 0 {
				want = display.ErrNone
			}
			if !errors.Is(err, want) || !slices.Equal(asked, tt.asked) {
				t.Errorf("Check = %v after asking %v, want %v after %v", err, asked, want, tt.asked)
			}
			if len(tt.asked) == 0 {
				return
			}
			last := tt.asked[len(tt.asked)-1]
			err = display.Check(getenv, func(s display.Socket) error {
				if s == last {
					return nil
				}
				return errors.New("nobody there")
			})
			if err != nil {
				t.Errorf("Check = %v although %v answers", err, last)
			}
		})
	}
}
