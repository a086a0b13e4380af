package lend

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTarget(t *testing.T) {
	const line = `eval "$(dd)"`
	for _, tt := range []struct {
		name    string
		command []string
		home    string
		want    string // words of the command, joined by |; "" for no target
		there   string // the Codex home
	}{
		{"ssh:box", nil, "", "ssh|-T|-x|-o|BatchMode=yes|-o|ConnectTimeout=10|-o|ServerAliveInterval=10|-o|ClearAllForwardings=yes|--|box|exec sh -c 'eval \"$(dd)\"'", ""},
		{"ssh://ada@box:2222", nil, "", "ssh|-T|-x|-o|BatchMode=yes|-o|ConnectTimeout=10|-o|ServerAliveInterval=10|-o|ClearAllForwardings=yes|--|ssh://ada@box:2222|exec sh -c 'eval \"$(dd)\"'", ""},
		{"docker:web", nil, "/srv/.codex", `docker|exec|-i|web|sh|-c|eval "$(dd)"`, "/srv/.codex"},
		{"podman:web", nil, "", `podman|exec|-i|web|sh|-c|eval "$(dd)"`, ""},
		{"kubectl:pod", nil, "", `kubectl|exec|-i|pod|--|sh|-c|eval "$(dd)"`, ""},
		{"kubectl:ns/pod/c", nil, "", `kubectl|exec|-i|-n|ns|-c|c|pod|--|sh|-c|eval "$(dd)"`, ""},
		{"wsl:Ubuntu", nil, "", `wsl.exe|-d|Ubuntu|--exec|sh|-c|eval "$(dd)"`, ""},
		{"home:/srv/codex", nil, "", `sh|-c|eval "$(dd)"`, "/srv/codex"},
		{"", []string{"nsenter", "-t", "1"}, "", `nsenter|-t|1|sh|-c|eval "$(dd)"`, ""},
		{"", []string{"/usr/bin/ssh", "-p", "22", "b"}, "", `/usr/bin/ssh|-p|22|b|exec sh -c 'eval "$(dd)"'`, ""},
		{"", nil, "", "", ""}, {"box", nil, "", "", ""}, {"ssh:", nil, "", "", ""}, {"ssh:-oProxyCommand=x", nil, "", "", ""},
		{"docker:--privileged", nil, "", "", ""}, {"home:codex", nil, "", "", ""}, {"ftp:box", nil, "", "", ""},
		{"kubectl:a/b/c/d", nil, "", "", ""}, {"ssh:a\nb", nil, "", "", ""}, {"ssh:a", nil, "/x\n", "", ""},
	} {
		target, err := ParseTarget(tt.name, tt.command, tt.home)
		if tt.want == "" {
			if !errors.Is(err, ErrTarget) {
				t.Errorf("%q is a target: %v", tt.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", tt.name, err)
			continue
		}
		if got := strings.Join(target.argv(line), "|"); got != tt.want || target.CodexHome != tt.there {
			t.Errorf("%q: %s, home %q; want %s, %q", tt.name, got, target.CodexHome, tt.want, tt.there)
		}
	}
}

func TestFaults(t *testing.T) {
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	exit := func(code string) error { return exec.Command("sh", "-c", "exit "+code).Run() }
	for _, tt := range []struct {
		ctx    context.Context
		err    error
		stderr string
		want   Code
		detail string
	}{
		{t.Context(), &exec.Error{Name: "ssh", Err: exec.ErrNotFound}, "", NoCommand, ""},
		{t.Context(), fs.ErrNotExist, "", NoCommand, ""},
		{late, exit("255"), "", TimedOut, ""},
		{t.Context(), exit("255"), "ssh: Could not resolve hostname box: Name or service not known\r\n", HostUnknown,
			"ssh: Could not resolve hostname box: Name or service not known"},
		{t.Context(), exit("255"), "No ED25519 host key is known for box\nHost key verification failed.", HostKeyUnknown, "Host key verification failed."},
		{t.Context(), exit("255"), "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", HostKeyChanged, "Host key verification failed."},
		{t.Context(), exit("255"), "ada@box: Permission denied (publickey).", KeyRefused, "ada@box: Permission denied (publickey)."},
		{t.Context(), exit("127"), "", NoShell, "exit status 127"},
		{t.Context(), exit("126"), `exec: "sh": executable file not found in $PATH`, NoShell, `exec: "sh": executable file not found in $PATH`},
		{t.Context(), exit("1"), "Error response from daemon: No such container: web", NoContainer, "Error response from daemon: No such container: web"},
		{t.Context(), exit("1"), "what is this\x1b[31m\x00", Failed, "what is this[31m"},
		{t.Context(), nil, "", CutOff, ""},
		{t.Context(), exit("255"), "", CutOff, ""},
		{t.Context(), exit("137"), "", CutOff, ""},
		{t.Context(), exec.Command("sh", "-c", "kill -9 $$").Run(), "", CutOff, ""},
		{t.Context(), exit("3"), "", Failed, "exit status 3"},
		{t.Context(), exit("255"), "Connection to box closed by remote host.", CutOff, "Connection to box closed by remote host."},
	} {
		got := faultOf(tt.ctx, tt.err, tt.stderr)
		if got.Code != tt.want || tt.want != NoShell && got.Detail != tt.detail {
			t.Errorf("%v, %q: %+v; want %s, %q", tt.err, tt.stderr, got, tt.want, tt.detail)
		}
	}
	if long := clip(strings.Repeat("ü", 300)); len(long) > maxDetail+len("…") {
		t.Errorf("%d bytes are kept", len(long))
	}
}

func TestBackoff(t *testing.T) {
	var waits []time.Duration
	for n := range 12 {
		waits = append(waits, backoff(n, "box"))
	}
	if waits[0] != 0 || !slices.IsSorted(waits) || waits[1] < 45*time.Second || waits[1] > time.Minute ||
		waits[11] < 45*time.Minute || waits[11] > time.Hour || backoff(1000, "box") > time.Hour {
		t.Errorf("backoff %v", waits)
	}
}

// TestAnswer: a login shell may print what it likes around the script's answer,
// with or without a newline.
func TestAnswer(t *testing.T) {
	for _, noisy := range []string{"Welcome!\n{\"rekey\":2}\n%s\nbye\n", "\x1b]0;ada@box\a%s", "{\"rekey\":1,%s", "%sbye"} {
		a, ok := parseAnswer(fmt.Sprintf(noisy, `{"rekey":1,"result":"ok","clock":5}`))
		if !ok || a.Result != resultOK || a.Clock != 5 {
			t.Errorf("%q: %+v, %t", noisy, a, ok)
		}
	}
	for _, none := range []string{"", "{}", "{\"rekey\":1,", "{\"rekey\":1,\"clock\":\"x\"}"} {
		if _, ok := parseAnswer(none); ok {
			t.Errorf("%q is an answer", none)
		}
	}
}
