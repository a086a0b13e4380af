package agent

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestUserDirs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("these are the rules of the other systems")
	}
	home := filepath.FromSlash("/home/ada")
	own := filepath.Join(home, ".local", "state", "rekey")
	tests := map[string]struct {
		env  map[string]string
		want Dirs
	}{
		"nothing set": {nil, Dirs{own, filepath.Join(own, "run")}},
		"both set": {map[string]string{"XDG_STATE_HOME": "/state", "XDG_RUNTIME_DIR": "/run/user/7"},
			Dirs{"/state/rekey", "/run/user/7/rekey"}},
		"relative ones do not count": {map[string]string{"XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "run"},
			Dirs{own, filepath.Join(own, "run")}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := UserDirs(func(name string) string { return tt.env[name] }, home); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
