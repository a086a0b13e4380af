package program_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/ui/cli"
)

// played are the programs of the page about machines that are not available
// here: what Rekey gives them, and where what they run finds itself.
func played() map[string]string {
	return map[string]string{
		"docker":  "exec -i web",
		"podman":  "exec -i web",
		"kubectl": "exec -i -n default -c app web-0 --",
		"wsl.exe": "-d Ubuntu --exec",
	}
}

// Every command that docs/machines.md shows does what the page says: real OpenSSH,
// a real namespace and another home; docker, podman, kubectl, WSL and gh are played.
func TestMachinesPage(t *testing.T) {
	t.Parallel()
	p := newLendPlace(t, lendCase{})
	p.mayPrint = true // a secret for CI
	bin, rooms := filepath.Join(p.dir, "here"), filepath.Join(p.dir, "rooms")
	program := func(name, text string) {
		files.Program(t, filepath.Join(bin, name), "#!/bin/sh\n"+text)
	}
	for name, args := range played() {
		program(name, fmt.Sprintf("for want in %s; do [ \"$1\" = \"$want\" ] || exit 9; shift; done\nexport HOME='%s/%s'\nmkdir -p \"$HOME\"\nexec \"$@\"\n",
			args, rooms, name))
	}
	if os.Getuid() != 0 {
		program("nsenter", "exec /usr/bin/nsenter --preserve-credentials \"$@\"\n") // only root may change groups
	}
	program("gh", "[ \"$*\" = 'secret set CODEX_AUTH_JSON' ] || exit 9\nmkdir -p '"+rooms+"/ci/.codex'\nexec cat >'"+rooms+"/ci/.codex/auth.json'\n")
	files.Symlink(t, p.program, filepath.Join(bin, "rekey"))
	container := p.container()
	// Where each command leaves the loan.
	where := map[string]string{
		"rekey lend ssh:box":    p.codex,
		"rekey lend docker:web": rooms + "/docker/.codex",
		"rekey lend docker:web --codex-home /home/vscode/.codex": rooms + "/home/vscode/.codex",
		"rekey lend podman:web":                                  rooms + "/podman/.codex",
		"rekey lend kubectl:default/web-0/app":                   rooms + "/kubectl/.codex",
		"rekey lend wsl:Ubuntu":                                  rooms + "/wsl.exe/.codex",
		"rekey lend home:/home/ada/.codex-work":                  rooms + "/home/ada/.codex-work",
		"rekey lend -- nsenter -t 4711 -m -U":                    "/proc/" + container + "/root" + p.Home.Dir(),
		"rekey lend --print | gh secret set CODEX_AUTH_JSON":     rooms + "/ci/.codex",
	}
	for line := range strings.Lines(string(files.Read(t, "docs/machines.md"))) {
		command, example := strings.CutPrefix(strings.TrimRight(line, "\n"), "    ")
		if !example || !strings.HasPrefix(command, "rekey lend") {
			continue
		}
		home, known := where[command]
		if !known {
			t.Errorf("nobody tries %q", command)
			continue
		}
		delete(where, command)
		shell := strings.NewReplacer("/home/", rooms+"/home/", " 4711 ", " "+container+" ").Replace(command)
		cmd := p.Command(inTime(t), "sh", "-c", shell)
		cmd.Env = append(cmd.Env, p.extra...)
		if r := p.run(cmd); r.code != cli.ExitOK {
			t.Errorf("%s: %d, %s", command, r.code, r.err)
			continue
		}
		content, err := os.ReadFile(filepath.Join(home, "auth.json"))
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		s, err := auth.ParseSnapshot(content)
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		if _, ok := s.Loan(); !ok || s.AccessToken().Reveal() != p.accessToken() {
			t.Errorf("%s lends something else", command)
		}
	}
	for command := range where {
		t.Errorf("the page does not show %q", command)
	}
	p.stopAll(8)
	left, _ := filepath.Glob(rooms + "/*/.codex/auth.json")
	if len(left) != 1 || !strings.Contains(left[0], "/ci/") {
		t.Errorf("taken back, there is still %v", left)
	}
}

// container starts a process in namespaces of its own, with its own disk in the
// place of this home, and returns its number.
func (p *lendPlace) container() string {
	p.t.Helper()
	cmd := exec.Command("unshare", "-rm", "sh", "-c", `mount -t tmpfs tmpfs "$0" && exec sleep 600`, p.Home.Dir())
	if err := cmd.Start(); err != nil {
		kit.Missing(p.t, "unshare")
	}
	p.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	pid := fmt.Sprint(cmd.Process.Pid)
	kit.Eventually(p.t, "a process in namespaces of its own", func() bool {
		name, err := os.ReadFile("/proc/" + pid + "/comm")
		if err != nil || cmd.ProcessState != nil {
			kit.Missing(p.t, "the right to make namespaces")
		}
		return strings.TrimSpace(string(name)) == "sleep"
	})
	return pid
}

// stopAll takes back all loans, by their ids.
func (p *lendPlace) stopAll(want int) {
	p.t.Helper()
	var list struct{ Loans []struct{ ID, Name string } }
	if err := json.Unmarshal([]byte(p.rekey(cli.ExitOK, "lend", "--json").out), &list); err != nil || len(list.Loans) != want {
		p.t.Errorf("the list: %+v, %v", list, err)
	}
	for _, l := range list.Loans {
		p.rekey(cli.ExitOK, "lend", "--stop", l.ID)
	}
}
