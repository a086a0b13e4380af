package autostart

import (
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func TestLaunchAgent(t *testing.T) {
	l := newLaunchAgent(Options{UserHome: t.TempDir(), Program: "/Applications/Rekey.app/Contents/MacOS/rekey"})
	expect(t, l, false)
	set(t, l, false)
	set(t, l, true)
	set(t, l, true)
	content := files.Read(t, l.path)
	disabled := strings.Replace(string(content), "<key>RunAtLoad</key>", "<key>Disabled</key><true/><key>RunAtLoad</key>", 1)
	put(t, l.path, disabled)
	expect(t, l, false)
	set(t, l, true)
	put(t, l.path, strings.Replace(string(content), "<true/>", "<false/>", 1))
	expect(t, l, false)
	put(t, l.path, string(content[:len(content)/2]))
	if on, err := l.Enabled(); err == nil {
		t.Errorf("half a file: Enabled = %t without an error", on)
	}
	set(t, l, true)
	set(t, l, false)
	if left, err := os.ReadDir(filepath.Dir(l.path)); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestPropertyList(t *testing.T) {
	for _, program := range append(programs, "/Applications/<A & B>/rekey") {
		var list struct {
			Dict struct {
				Key    []string `xml:"key"`
				String []string `xml:"string"`
				Array  struct {
					String []string `xml:"string"`
				} `xml:"array"`
			} `xml:"dict"`
		}
		must.Do(t, xml.Unmarshal([]byte(formatPropertyList(program)), &list))
		if args := list.Dict.Array.String; len(args) != 1 || args[0] != program {
			t.Errorf("%q is read as %q", program, args)
		}
		if list.Dict.Key[0] != "Label" || list.Dict.String[0] != id {
			t.Errorf("the label of %q is %q, %q", program, list.Dict.Key, list.Dict.String)
		}
	}
}

// TestPropertyListIsNotFooled: only what stands at the top counts.
func TestPropertyListIsNotFooled(t *testing.T) {
	const text = `<plist><dict><key>KeepAlive</key><dict><key>RunAtLoad</key><true/></dict></dict></plist>`
	if on, err := parsePropertyList(text); err != nil || on {
		t.Errorf("parsePropertyList = %t, %v, want false", on, err)
	}
}

func TestCommand(t *testing.T) {
	const program = `C:\Program Files\Rekey\rekey.exe`
	if got, err := formatCommand(program); err != nil || got != `"`+program+`"` {
		t.Errorf("formatCommand = %s, %v", got, err)
	}
	if _, err := formatCommand(`C:\` + strings.Repeat("x", 256)); err == nil {
		t.Error("a path that Windows would not start has no error")
	}
}

func TestApproved(t *testing.T) {
	for setting, want := range map[string]bool{
		"": true, "\x02\x00\x00\x00": true, "\x06\x00": true,
		"\x03\x00\x00\x00\x18\x8c\x3a\x17": false, "\x07\x00": false,
	} {
		if got := approved([]byte(setting)); got != want {
			t.Errorf("approved(% x) = %t, want %t", setting, got, want)
		}
	}
}

func TestLasting(t *testing.T) {
	root := t.TempDir()
	versioned := filepath.Join(root, "rekey-1.2.3", "bin", "rekey")
	bin, other := filepath.Join(root, "bin"), filepath.Join(root, "other")
	put(t, versioned, "")
	put(t, filepath.Join(other, "rekey"), "somebody else's")
	must.Do(t, os.MkdirAll(bin, 0o755))
	must.Do(t, os.Symlink(versioned, filepath.Join(bin, "rekey")))
	list := string(filepath.ListSeparator)
	tests := []struct{ name, executable, path, want string }{
		{"a link on the PATH", versioned, other + list + bin, filepath.Join(bin, "rekey")},
		{"only others on the PATH", versioned, other, versioned},
		{"a relative PATH", versioned, "bin", versioned},
		{"replaced while it runs", versioned + " (deleted)", bin, filepath.Join(bin, "rekey")},
		{"not there any more", filepath.Join(root, "gone"), bin, filepath.Join(root, "gone")},
	}
	for _, tt := range tests {
		if got := lasting(tt.executable, tt.path); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestNew(t *testing.T) {
	home := t.TempDir()
	l := must.Get(New(Options{Getenv: func(string) string { return "" }, UserHome: home}))(t)
	if f, ok := l.(freedesktop); ok {
		self, err := os.Executable()
		program, failed := f.program()
		if err = errors.Join(err, failed); err != nil || program != self {
			t.Errorf("it starts %q, want %q (%v)", program, self, err)
		}
		set(t, l, true)
	}
}

func TestUnitEnabled(t *testing.T) {
	home := t.TempDir()
	o := Options{UserHome: home, Getenv: func(string) string { return "" }}
	if UnitEnabled(o) {
		t.Fatal("enabled in an empty home")
	}
	wants := filepath.Join(home, ".config", "systemd", "user", "default.target.wants")
	must.Do(t, os.MkdirAll(wants, 0o700))
	must.Do(t, os.WriteFile(filepath.Join(wants, unit), nil, 0o600))
	if !UnitEnabled(o) {
		t.Error("not enabled, and the link is there")
	}
}
