package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

func TestChangeInPlace(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before string
		edits  []Edit
		after  string
	}{
		"into nothing": {"", []Edit{Set("keep_fresh", false)}, "keep_fresh = false\n"},
		"a value among comments": {
			"# mine\n\n  keep_fresh\t=  true   # for now\nlog = \"warn\" # less\n",
			[]Edit{Set("keep_fresh", false)},
			"# mine\n\n  keep_fresh\t=  false   # for now\nlog = \"warn\" # less\n"},
		"carriage returns": {"log = \"warn\"\r\n# end\r\n", []Edit{Set("log", "off"), Set("keep_fresh", false)},
			"log = \"off\"\r\nkeep_fresh = false\r\n# end\r\n"},
		"no last line end":       {"log = \"warn\"", []Edit{Set("keep_fresh", true)}, "log = \"warn\"\nkeep_fresh = true"},
		"a byte order mark":      {"\ufeffkeep_fresh = true\n", []Edit{Set("keep_fresh", false)}, "\ufeffkeep_fresh = false\n"},
		"only a byte order mark": {"\ufeff", []Edit{Set("keep_fresh", false)}, "\ufeffkeep_fresh = false\n"},
		"only comments":          {"# mine\n", []Edit{Set("keep_fresh", false)}, "# mine\nkeep_fresh = false\n"},
		"after the last setting": {"# a\nlog = \"warn\"\n\n# b\n", []Edit{Set("keep_fresh", false)}, "# a\nlog = \"warn\"\nkeep_fresh = false\n\n# b\n"},
		"above tables": {"# a\n\n# about x\n [x]\ny = 1\n", []Edit{Set("keep_fresh", false)},
			"# a\n\nkeep_fresh = false\n# about x\n [x]\ny = 1\n"},
		"above a table at the top": {"# about x\n[[x]]", []Edit{Set("keep_fresh", false)}, "keep_fresh = false\n# about x\n[[x]]"},
		"not the table's":          {"[x]\nkeep_fresh = true\n", []Edit{Set("keep_fresh", false)}, "keep_fresh = false\n[x]\nkeep_fresh = true\n"},
		"many lines": {"homes = [ # of mine\n  \"/a\",\n]\nlog = \"\"\"\nwarn\"\"\" # x\n", []Edit{Set("homes", []string{"/b", `c"\`}), Set("log", "off")},
			"homes = [\"/b\", \"c\\\"\\\\\"]\nlog = \"off\" # x\n"},
		"an item more among comments": {"homes = [ # of mine\n  \"/a\", # main\n  # no comma\n  '/b' # work\n] # all\n",
			[]Edit{Set("homes", []string{"/a", "/b", "/c", "/d"})},
			"homes = [ # of mine\n  \"/a\", # main\n  # no comma\n  '/b', # work\n  \"/c\",\n  \"/d\",\n] # all\n"},
		"an item less among comments": {"homes = [\r\n\t\"/a\", # main\r\n\t\"/b\", # work\r\n\t# play\r\n\t\"/c\"\r\n]\r\n",
			[]Edit{Set("homes", []string{"/a", "/c"})},
			"homes = [\r\n\t\"/a\", # main\r\n\t# play\r\n\t\"/c\"\r\n]\r\n"},
		"the last item less": {"homes = [\n\"/a\",\n\"/b\"\n]\n", []Edit{Set("homes", []string{"/a"})}, "homes = [\n\"/a\",\n]\n"},
		"an item less in a line": {"homes = [ \"/a\", \"/b\",\n \"/c\" ]\n", []Edit{Set("homes", []string{"/b", "/c"})},
			"homes = [  \"/b\",\n \"/c\" ]\n"},
		"an item more behind the bracket": {"homes = [\n\"/a\" ]\n", []Edit{Set("homes", []string{"/a", "/b"})}, "homes = [\"/a\", \"/b\"]\n"},
		"what cannot be used stays":       {"port = 80\nsign_in = \"brwser\"\n", []Edit{Set("sign_in", "device")}, "port = 80\nsign_in = \"device\"\n"},
		"the first of two":                {"log = \"warn\"\nlog = \"off\"\n", []Edit{Set("log", "info")}, "log = \"info\"\nlog = \"off\"\n"},
		"a quoted key":                    {"\"log\" = 'warn'\n", []Edit{Set("log", "info")}, "\"log\" = \"info\"\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "config.toml")
			put(t, path, tt.before)
			must.Do(t, Change(t.Context(), path, tt.edits...))
			if got := content(t, path); got != tt.after {
				t.Errorf("it is now\n%q, want\n%q", got, tt.after)
			}
		})
	}
}

func TestChangeMakesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rekey", "config.toml")
	must.Do(t, Change(t.Context(), path, Set("notifications", false)))
	for _, tt := range []struct {
		name string
		mode fs.FileMode
	}{{path, 0o600}, {filepath.Dir(path), 0o700}} {
		if info, err := os.Stat(tt.name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != tt.mode {
			t.Errorf("%s: %v, %v", tt.name, info.Mode(), err)
		}
	}
	if s, found := Load(path); s.Notifications || found != nil {
		t.Errorf("%+v, %v", s, found)
	}
}

func TestChangeKeepsModeAndLink(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "dotfiles.toml")
	path := filepath.Join(dir, "config.toml")
	put(t, target, "keep_fresh = true\n")
	must.Do(t, os.Chmod(target, 0o640))
	must.Do(t, os.Symlink("dotfiles.toml", path))
	must.Do(t, Change(t.Context(), path, Set("keep_fresh", false)))
	if link, err := os.Readlink(path); err != nil || link != "dotfiles.toml" {
		t.Errorf("the link is gone: %q, %v", link, err)
	}
	info, err := os.Stat(target)
	if got := content(t, target); err != nil || got != "keep_fresh = false\n" || info.Mode().Perm() != 0o640 {
		t.Errorf("the target is %q, %v, %v", got, info, err)
	}
	// A link that leads nowhere leads to a new file.
	must.Do(t, os.Remove(target))
	must.Do(t, Change(t.Context(), path, Set("keep_fresh", false)))
	if got := content(t, target); got != "keep_fresh = false\n" {
		t.Errorf("the new target is %q", got)
	}
}

func TestChangeWritesNothingTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	put(t, path, "keep_fresh = false\n")
	before := must.Get(os.Stat(path))(t)
	must.Do(t, Change(t.Context(), path, Set("keep_fresh", false)))
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the same file was written again: %v", err)
	}
}

func TestChangeRefuses(t *testing.T) {
	tests := map[string]struct {
		before string
		edit   Edit
		code   Code
		says   string
	}{
		"an unknown key":         {"", Set("keepfresh", true), CodeUnknownKey, "did you mean keep_fresh?"},
		"a wrong type":           {"", Set("keep_fresh", "true"), CodeBadValue, `keep_fresh is "true"; use true or false`},
		"a wrong word":           {"", Set("sign_in", "magic"), CodeBadValue, "use browser, device or codex"},
		"what is no text":        {"", Set("codex", "/\xff"), CodeBadValue, "is not valid text"},
		"a line that is no TOML": {"log = \"off\"\nkeep_fresh = tru\n", Set("log", "info"), CodeSyntax, "config.toml:2: this line is not valid TOML"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.toml")
			put(t, path, tt.before)
			err := Change(t.Context(), path, Set("notifications", false), tt.edit)
			if problem, ok := errors.AsType[*Problem](err); !ok || problem.Code != tt.code || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Change = %v", err)
			}
			if got := content(t, path); got != tt.before {
				t.Errorf("the file is now %q", got)
			}
		})
	}
}

func TestChangeCannotBeSaved(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	put(t, path("readonly.toml"), "")
	must.Do(t, os.Chmod(path("readonly.toml"), 0o400))
	put(t, path("file"), "")
	must.Do(t, os.Mkdir(path("folder.toml"), 0o700))
	must.Do(t, os.Symlink("loop.toml", path("loop.toml")))
	must.Do(t, os.Symlink("nowhere/config.toml", path("dangling.toml")))
	put(t, path("full.toml"), "#"+strings.Repeat("x", maxFile-2)+"\n")
	for name, says := range map[string]string{
		"readonly.toml":    "read-only",
		"file/config.toml": "it is not a folder",
		"folder.toml":      "it is a folder",
		"loop.toml":        "leads back to itself",
		"dangling.toml":    "no such file",
		"full.toml":        "too large",
	} {
		t.Run(name, func(t *testing.T) {
			err := Change(t.Context(), path(name), Set("keep_fresh", false))
			if unsaved, ok := errors.AsType[*SaveError](err); !ok || unsaved.Path != path(name) || !strings.Contains(err.Error(), says) {
				t.Errorf("Change = %v, want %q", err, says)
			}
		})
	}
}

// FuzzChange: whatever the file holds, loading a change gives what was there
// with that key replaced, and no byte outside the value's is another.
func FuzzChange(f *testing.F) {
	for _, text := range []string{
		"", "keep_fresh = true\n", "# a\r\nlog = \"warn\" # b\r\n[x]\ny = 1\r\n", "homes = [\n\"/a\"\n]", "a.b = { c = [1, 2] }\nsign_in='device'",
		"log = \"\"\"\nwarn\"\"\"\n", "\"keep_fresh\" = false # x", "hook = \"/a\"\nhook = \"/b\"\n[[t]]\n", "log = tru\n[", "x = 1979-05-27T07:32:00Z\n",
	} {
		for which := range edits {
			f.Add([]byte(text), byte(which))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, which byte) {
		e := edits[int(which)%len(edits)]
		before, problems := Default().parse("/c/config.toml", text, adasHome)
		if d := scan(text); d.broken != nil {
			return
		}
		changed := e.edit.apply(text)
		after, still := Default().parse("/c/config.toml", changed, adasHome)
		e.set(&before)
		if !after.Equal(before) {
			t.Errorf("%q is now %q:\n%+v, want\n%+v", text, changed, after, before)
		}
		if len(still) > len(problems) {
			t.Errorf("%q is now %q: %v, before %v", text, changed, still, problems)
		}
		if !around(text, changed, e.edit) {
			t.Errorf("%q is now %q", text, changed)
		}
		if again := e.edit.apply(changed); !bytes.Equal(again, changed) {
			t.Errorf("once more, %q is %q", changed, again)
		}
	})
}

// edits are changes, and what they do to the Settings.
var edits = []struct {
	edit Edit
	set  func(*Settings)
}{
	{Set("keep_fresh", false), func(s *Settings) { s.KeepFresh = false }},
	{Set("keep_fresh", true), func(s *Settings) { s.KeepFresh = true }},
	{Set("notifications", false), func(s *Settings) { s.Notifications = false }},
	{Set("sign_in", "codex"), func(s *Settings) { s.SignIn = "codex" }},
	{Set("hook", "/h \"\\\n\u00e9"), func(s *Settings) { s.Hook = "/h \"\\\n\u00e9" }},
	{Set("homes", []string{"/a", "/b"}), func(s *Settings) { s.Homes = []string{"/a", "/b"} }},
}

// around reports whether only a value has been replaced, or a line put in.
func around(before, after []byte, e Edit) bool {
	head := 0
	for head < len(before) && head < len(after) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < len(before)-head && tail < len(after)-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	gone := before[head : len(before)-tail]
	for _, f := range scan(before).entries {
		if f.name == e.key {
			return head >= f.value && len(before)-tail <= f.end || len(gone) == 0 && head >= f.value-len(e.literal)
		}
	}
	return len(gone) == 0
}
