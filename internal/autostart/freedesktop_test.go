//go:build !windows

package autostart

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/must"
)

// place is a user's and a system's folder for entries, and an environment.
type place struct {
	user, system string
	env          map[string]string
	program      string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	root := t.TempDir()
	p := &place{
		user: filepath.Join(root, "config"), system: filepath.Join(root, "xdg"),
		program: filepath.Join(root, "rekey"),
	}
	p.env = map[string]string{"XDG_CONFIG_HOME": p.user, "XDG_CONFIG_DIRS": p.system, "XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}
	put(t, p.program, "")
	must.Do(t, os.Chmod(p.program, 0o755))
	return p
}

func (p *place) login() freedesktop {
	return newFreedesktop(Options{
		Getenv: func(name string) string { return p.env[name] }, UserHome: "/nonexistent", Program: p.program,
	})
}

func (p *place) entry() string       { return filepath.Join(p.user, "autostart", id+".desktop") }
func (p *place) systemEntry() string { return filepath.Join(p.system, "autostart", id+".desktop") }

func TestOnAndOff(t *testing.T) {
	p := newPlace(t)
	l := p.login()
	expect(t, l, false)
	set(t, l, false)
	set(t, l, true)
	set(t, l, true)
	if info, err := os.Stat(p.entry()); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the entry: %v, %v", info, err)
	}
	set(t, l, false)
	if left, err := os.ReadDir(filepath.Dir(p.entry())); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestSwitchedOffElsewhere: what the desktop's settings did to an entry counts,
// and Set takes it back.
func TestSwitchedOffElsewhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, change, to string
		want             bool
	}{
		{"nothing", "", "", true},
		{"Xfce", "Terminal=false", "Hidden=true", false},
		{"GNOME", "X-GNOME-Autostart-enabled=true", "X-GNOME-Autostart-enabled=false", false},
		{"with spaces", "Terminal=false", "Hidden = true ", false},
		{"a comment", "Terminal=false", "#Hidden=true", true},
		{"another group", "X-GNOME-Autostart-enabled=true", "[Other]\nHidden=true", true},
		{"no program", "Exec=", "X-Was=", false},
		{"only on this desktop", "Terminal=false", "OnlyShowIn=Unity;GNOME;", true},
		{"only on another", "Terminal=false", "OnlyShowIn=KDE;", false},
		{"not on this desktop", "Terminal=false", "NotShowIn=GNOME", false},
		{"not on another", "Terminal=false", "NotShowIn=KDE;XFCE;", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			l := p.login()
			set(t, l, true)
			content, err := os.ReadFile(p.entry())
			if err != nil || !strings.Contains(string(content), tt.change) {
				t.Fatalf("the entry has no %q: %v\n%s", tt.change, err, content)
			}
			put(t, p.entry(), strings.ReplaceAll(string(content), tt.change, tt.to))
			expect(t, l, tt.want)
			set(t, l, true)
		})
	}
}

func TestProgramIsGone(t *testing.T) {
	p := newPlace(t)
	l := p.login()
	set(t, l, true)
	must.Do(t, os.Remove(p.program))
	expect(t, l, false)
}

// TestSystemEntry: what an administrator switches on for all can be switched
// off by one, and on again.
func TestSystemEntry(t *testing.T) {
	p := newPlace(t)
	l := p.login()
	put(t, p.systemEntry(), "[Desktop Entry]\nType=Application\nName=Rekey\nExec=rekey\n")
	expect(t, l, true)
	set(t, l, false)
	set(t, l, true)
	set(t, l, false)
	if _, err := os.Stat(p.systemEntry()); err != nil {
		t.Errorf("the system's entry: %v", err)
	}
}

func TestUnreadableEntry(t *testing.T) {
	p := newPlace(t)
	l := p.login()
	put(t, filepath.Join(p.entry(), "inside"), "") // the entry is a folder
	if on, err := l.Enabled(); err == nil {
		t.Errorf("Enabled = %t without an error", on)
	}
	if err := l.Set(true); err == nil {
		t.Error("Set(true) has no error")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(p.entry()), ".rekey-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestFolders: variables that the base directory specification calls invalid
// are not followed.
func TestFolders(t *testing.T) {
	p := newPlace(t)
	p.env["XDG_CONFIG_HOME"], p.env["XDG_CONFIG_DIRS"] = "relative", "also:/etc/one:/etc/two"
	got := strings.Join(p.login().dirs, " ")
	if want := "/nonexistent/.config/autostart /etc/one/autostart /etc/two/autostart"; got != want {
		t.Errorf("folders %s, want %s", got, want)
	}
	p.env["XDG_CONFIG_DIRS"] = ""
	if dirs := p.login().dirs; dirs[len(dirs)-1] != "/etc/xdg/autostart" {
		t.Errorf("folders %q, want the default last", dirs)
	}
}

// TestExec reads the line back as the specification says that a desktop does.
func TestExec(t *testing.T) {
	for _, program := range programs {
		content := must.Get(formatEntry(program))(t)
		e := parseEntry(content)
		if got := split(e["Exec"]); len(got) != 1 || got[0] != program {
			t.Errorf("Exec of %q is read as %q", program, got)
		}
		if e["TryExec"] != program {
			t.Errorf("TryExec of %q is read as %q", program, e["TryExec"])
		}
	}
	if _, err := formatEntry("/opt/a=b/rekey"); err == nil {
		t.Error("a path with an equals sign has no error")
	}
}

// split is a desktop's reading of an Exec line.
func split(line string) (args []string) {
	var arg strings.Builder
	quoted, started := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			quoted, started = !quoted, true
		case c == '\\' && quoted:
			i++
			arg.WriteByte(line[i])
		case c == '%' && line[i+1] == '%':
			i++
			arg.WriteByte('%')
		case c == ' ' && !quoted:
			if started {
				args = append(args, arg.String())
			}
			arg.Reset()
			started = false
		default:
			arg.WriteByte(c)
			started = true
		}
	}
	if started {
		args = append(args, arg.String())
	}
	return args
}

// TestValid asks freedesktop's own checker.
func TestValid(t *testing.T) {
	checker, err := exec.LookPath("desktop-file-validate")
	if err != nil {
		kit.Missing(t, "desktop-file-validate")
	}
	contents := []string{hiddenEntry}
	for _, program := range programs {
		content := must.Get(formatEntry(program))(t)
		contents = append(contents, content)
	}
	for _, content := range contents {
		name := filepath.Join(t.TempDir(), id+".desktop")
		put(t, name, content)
		if out, err := exec.Command(checker, name).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%v\n%s\n%s", err, out, content)
		}
	}
}

func TestUnserved(t *testing.T) {
	for desktop, want := range map[string]string{"sway": "sway", "labwc:wlroots": "labwc", "KDE": "", "ubuntu:GNOME": "", "": ""} {
		if got := Unserved(func(string) string { return desktop }); got != want {
			t.Errorf("on %q: %q, want %q", desktop, got, want)
		}
	}
}
