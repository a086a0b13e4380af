//go:build unix

package program_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/box"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// second makes another home beside the first, with this in it, and names both
// in the configuration instead of the environment.
func (b *sandboxed) second(content []byte) *box.Home {
	b.t.Helper()
	other := must.Get(box.NewHome(filepath.Join(filepath.Dir(b.Home.Dir()), ".codex-work")))(b.t)
	must.Do(b.t, other.Replace(content))
	b.extra = append(b.extra, "CODEX_HOME=", "XDG_CONFIG_HOME="+filepath.Join(filepath.Dir(b.Home.Dir()), "config"))
	b.prefer(`homes = ["~/.codex", "~/.codex-work"]`)
	return other
}

// prefer replaces Rekey's configuration as a whole.
func (b *sandboxed) prefer(text string) {
	b.t.Helper()
	folder := filepath.Join(filepath.Dir(b.Home.Dir()), "config", "rekey")
	path := filepath.Join(folder, "config.toml")
	must.Do(b.t, os.MkdirAll(folder, 0o700))
	must.Do(b.t, os.WriteFile(path+".new", []byte(text+"\n"), 0o600))
	must.Do(b.t, os.Rename(path+".new", path))
}

// TestSeveralHomes: what the configuration names is what every command is
// about; the command line is stronger.
func TestSeveralHomes(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	other := b.second(apiKey)
	if r := b.rekey(cli.ExitOK, "status"); !strings.HasPrefix(r.out, "~/.codex\n  ada@example.com") || !strings.HasSuffix(r.out, "~/.codex-work\n  Using an API key\n") || r.err != "" {
		t.Errorf("rekey status prints\n%s\nand says %q", r.out, r.err)
	}
	r := b.rekey(cli.ExitOK, "status", "--json")
	var reports []auth.StateReport
	for decoder := json.NewDecoder(strings.NewReader(r.out)); decoder.More(); {
		var got auth.StateReport
		must.Do(t, decoder.Decode(&got))
		reports = append(reports, got)
	}
	if len(reports) != 2 || reports[0].Home != b.Home.Dir() || reports[1].Home != other.Dir() || strings.Count(r.out, "\n") != 2 {
		t.Errorf("rekey status --json prints\n%s", r.out)
	}
	if r := b.rekey(cli.ExitOK, "status", "--home", other.Dir()); r.out != "Using an API key\n" {
		t.Errorf("rekey status --home prints %q", r.out)
	}
	b.rekey(cli.ExitUsage, "token", "--home", other.Dir(), "--home", b.Home.Dir()).sentence(t, "works on one home")

	// Two that start together share the homes in any division.
	for range 5 {
		one := b.start("watch", "--home", b.Home.Dir(), "--home", other.Dir())
		two := b.start("watch", "--home", other.Dir(), "--home", b.Home.Dir())
		for _, w := range []*running{one, two} {
			w.out.until(t, 0, "ada@example.com · Pro")
			w.out.until(t, 0, "Using an API key")
		}
		one.end()
		two.end()
	}

	watch, bar := b.start("watch"), b.start("watch", "--format", "waybar")
	watch.out.until(t, 0, "  ~/.codex  ada@example.com · Pro")
	watch.out.until(t, 0, "  ~/.codex-work  Using an API key")
	n := bar.out.until(t, 0, `"class":"healthy"`)
	must.Do(t, other.Delete())
	watch.out.until(t, 0, "  ~/.codex-work  Not signed in")
	bar.out.until(t, n, `"class":"signed_out"`)
	lines, _ := bar.out.lines()
	last := parseWaybar(t, lines[len(lines)-1])
	if last.Text != "Not signed in" || !strings.HasPrefix(last.Tooltip, "<b>~/.codex</b>\nada@example.com · Pro\n") ||
		!strings.HasSuffix(last.Tooltip, "\n<b>~/.codex-work</b>\nNot signed in") {
		t.Errorf("the bar shows %+v", last)
	}
	b.rekey(cli.ExitSignedOut, "status")
	if r := b.rekey(cli.ExitOK, "prompt"); r.out != "○ Codex signed out\n" || r.err != "" {
		t.Errorf("rekey prompt prints %q and says %q", r.out, r.err)
	}
	watch.end()
	bar.end()

	must.Do(t, os.RemoveAll(other.Dir()))
	must.Do(t, os.WriteFile(other.Dir(), nil, 0o600))
	r = b.rekey(cli.ExitUsage, "status")
	if r.sentence(t, "is not a folder"); !strings.HasPrefix(r.out, "ada@example.com") {
		t.Errorf("rekey status prints %q", r.out)
	}
}

// waybar is a line for Waybar.
type waybar struct{ Text, Alt, Tooltip, Class string }

func parseWaybar(t *testing.T, line string) (w waybar) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), &w); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return w
}

// TestAutostart: what the desktop does is a file of the user's, which an agent watches.
func TestAutostart(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	folder := filepath.Join(filepath.Dir(b.Home.Dir()), "config")
	b.extra = []string{"XDG_CONFIG_HOME=" + folder}
	if r := b.rekey(cli.ExitOK, "autostart", "status"); !strings.Contains(r.out, "does not start") {
		t.Errorf("it prints %q", r.out)
	}
	watch := b.start("watch", "--format", "json")
	watch.out.until(t, 0, `"startAtLogin":false`)
	b.rekey(cli.ExitOK, "autostart", "on")
	watch.out.until(t, 0, `"startAtLogin":true`)
	if files, err := filepath.Glob(filepath.Join(folder, "autostart", "*.desktop")); err != nil || len(files) != 1 {
		t.Errorf("the desktop is told by %q, %v", files, err)
	}
	watch.end()
	if r := b.rekey(cli.ExitOK, "autostart", "status"); !strings.HasPrefix(r.out, "Rekey starts") {
		t.Errorf("it prints %q", r.out)
	}
	b.rekey(cli.ExitOK, "autostart", "off")
	if r := b.rekey(cli.ExitOK, "autostart", "status"); !strings.Contains(r.out, "does not start") {
		t.Errorf("it prints %q", r.out)
	}
}

// TestDoctor: what is wrong is said, and nothing that nobody should see.
func TestDoctor(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(time.Hour)
	if r := b.rekey(cli.ExitOK, "doctor"); !strings.Contains(r.out, "Signed in") || strings.Contains(r.out, "ada@example.com") {
		t.Errorf("it prints\n%s", r.out)
	}
	b.put([]byte("{"))
	r := b.rekey(cli.ExitFailure, "doctor", "--json")
	var got struct {
		Schema   int
		Findings []struct{ Code, Severity string }
	}
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || got.Schema != 1 || len(got.Findings) == 0 ||
		fmt.Sprint(got.Findings[0]) != "{home.unreadable problem}" {
		t.Errorf("it prints\n%s\n%v", r.out, err)
	}
}
