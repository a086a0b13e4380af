package doctor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth/agent"
	"rekey/internal/box"
	"rekey/internal/config"
	"rekey/internal/version"
	"rekey/test/kit/must"
)

// rig is a machine of Ada's.
type rig struct {
	t    *testing.T
	root string // her home directory
	home *box.Home
	env  map[string]string
	Inputs
}

func newRig(t *testing.T) *rig {
	t.Helper()
	dir, err := os.MkdirTemp("", "doctor") // a socket's path has little room
	must.Do(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	root := filepath.Join(dir, "adalovelace")
	home := must.Get(box.NewHome(filepath.Join(root, ".codex")))(t)
	r := &rig{t: t, root: root, home: home, env: map[string]string{"PATH": os.Getenv("PATH")}}
	getenv := func(name string) string { return r.env[name] }
	r.Inputs = Inputs{
		Version: version.Build{Number: "1.2.3"}, Getenv: getenv, UserHome: root, User: "adalovelace", Host: "analytical-engine",
		Config: filepath.Join(root, ".config", "rekey", "config.toml"), Settings: config.Default(),
		Homes: []agent.Options{{
			Dir: home.Dir(), Getenv: getenv,
			Dirs: agent.Dirs{State: filepath.Join(root, "state"), Runtime: filepath.Join(root, "run")},
		}},
		proc: filepath.Join(root, "no-proc"),
	}
	r.put(box.AuthJSON(box.WithExpiry(time.Now().Add(time.Hour))))
	return r
}

func (r *rig) put(content []byte) {
	r.t.Helper()
	must.Do(r.t, r.home.Replace(content))
}

// codes are those of the findings.
func codes(report Report) (list []string) {
	for _, f := range report.Findings {
		list = append(list, f.Code)
	}
	return list
}

// args are what a finding says besides its code, as a face shows it.
func args(report Report, i int) string {
	return report.Clean(strings.TrimSpace(fmt.Sprintln(report.Findings[i].Args...)))
}

func value(report Report, code string) string {
	for _, f := range report.Facts {
		if f.Code == code {
			return f.Value
		}
	}
	return ""
}

// decorated is a window on GNOME under Wayland with these libraries.
func (r *rig) decorated(libraries ...string) error {
	r.env["XDG_CURRENT_DESKTOP"], r.env["WAYLAND_DISPLAY"] = "GNOME", "wayland-0"
	r.Inputs.root = r.root
	r.Window = func() error { return nil }
	for _, name := range libraries {
		path := filepath.Join(r.root, "usr/lib/x86_64-linux-gnu", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
			return err
		}
	}
	return nil
}
