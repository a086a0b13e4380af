package app

import (
	"slices"
	"strings"
	"testing"
)

func TestClipboards(t *testing.T) {
	tests := []struct {
		system, display, wayland string
		want                     []string
	}{
		{"windows", "", "", []string{"clip.exe"}},
		{"darwin", "", "", []string{"pbcopy"}},
		{"linux", "", "", nil},
		{"linux", ":0", "", []string{"xclip -selection clipboard", "xsel --clipboard --input"}},
		{"linux", "", "wayland-0", []string{"wl-copy"}},
		{"linux", ":0", "wayland-0", []string{"wl-copy", "xclip -selection clipboard", "xsel --clipboard --input"}},
	}
	for _, tt := range tests {
		env := map[string]string{"DISPLAY": tt.display, "WAYLAND_DISPLAY": tt.wayland}
		var got []string
		for _, command := range clipboards(tt.system, func(name string) string { return env[name] }) {
			got = append(got, strings.Join(command, " "))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s, DISPLAY=%q, WAYLAND_DISPLAY=%q: %q, want %q", tt.system, tt.display, tt.wayland, got, tt.want)
		}
	}
}
