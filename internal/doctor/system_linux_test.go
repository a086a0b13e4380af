package doctor

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rekey/test/kit/must"
)

// The real list of processes: one that is called codex is found, with its home.
func TestARunningCodexIsFound(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.proc = ""
	other := filepath.Join(r.root, "other")
	sleep := must.Get(exec.LookPath("sleep"))(t)
	cmd := exec.Command(sleep, "1000")
	cmd.Args[0] = "/usr/lib/codex/bin/codex"
	cmd.Env = []string{"CODEX_HOME=../other"}
	cmd.Dir = r.home.Dir()
	must.Do(t, cmd.Start())
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	about := strconv.Itoa(cmd.Process.Pid)
	for limit := time.After(2 * time.Minute); ; { // until it has become sleep
		report := Collect(t.Context(), r.Inputs)
		i := slices.IndexFunc(report.Facts, func(f Fact) bool { return f.Code == FactCodexHome && f.About == about && f.Value == "~/other" })
		if i >= 0 {
			if !slices.ContainsFunc(report.Findings, func(f Finding) bool { return f.Code == FindForeignHome && f.About == "~/other" }) {
				t.Errorf("that nobody looks after %s is not found: %+v", other, report.Findings)
			}
			return
		}
		select {
		case <-limit:
			t.Fatalf("it is not found: %+v", report.Facts)
		default:
		}
	}
}

// Node.js and the program that it starts for the npm package count once; what
// cannot be looked into is counted; others' names are not.
func TestProcesses(t *testing.T) {
	proc := t.TempDir()
	add := func(pid, parent int, environ string, args ...string) {
		dir := filepath.Join(proc, strconv.Itoa(pid))
		for name, text := range map[string]string{
			"cmdline": strings.Join(args, "\x00") + "\x00", "environ": environ,
			"stat": strconv.Itoa(pid) + " (co) dex) S " + strconv.Itoa(parent) + " 1 1",
		} {
			must.Do(t, os.MkdirAll(dir, 0o700))
			must.Do(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
	}
	add(10, 1, "A=b\x00", "node", "--max-old-space-size=4096", "/usr/bin/codex")
	add(11, 10, "A=b\x00CODEX_HOME=\x00CODEX_HOME=/srv/codex\x00", "/usr/lib/codex/codex", "app-server")
	add(12, 1, "A=b\x00", "codex.exe")
	add(13, 1, "", "codex")
	add(14, 1, "A=b\x00", "node", "server.js", "codex")
	add(15, 1, "A=b\x00", "vim", "codex")
	add(16, 1, "A=b\x00", "")
	must.Do(t, os.Mkdir(filepath.Join(proc, "self"), 0o700))
	list, looked := running(context.Background(), proc)
	slices.SortFunc(list, func(a, b process) int { return a.pid - b.pid })
	if want := []process{{11, "/srv/codex"}, {12, ""}, {13, "?"}}; !looked || !slices.Equal(list, want) {
		t.Errorf("it finds %+v, want %+v", list, want)
	}
	if _, looked := running(context.Background(), filepath.Join(proc, "none")); looked {
		t.Error("it has looked where nothing is")
	}
}
