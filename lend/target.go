package lend

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode"
)

// Target is a place to lend to.
type Target struct {
	// Name is how people write it: "ssh:box", "docker:web". For a user's own
	// command it is the command, its words separated by spaces.
	Name string `json:"name"`
	// Command is the user's own command that runs a program where the borrower
	// is; nil: Name says which.
	Command []string `json:"command,omitempty"`
	// CodexHome is the Codex home there; "" is that user's, $CODEX_HOME or
	// ~/.codex.
	CodexHome string `json:"codexHome,omitempty"`
}

// ErrTarget is wrapped by the errors of ParseTarget.
var ErrTarget = errors.New("not a place to lend to")

// ParseTarget parses a target as a user writes it, KIND:NAME, or takes a user's
// own command. codexHome is Target.CodexHome.
func ParseTarget(name string, command []string, codexHome string) (Target, error) {
	t := Target{Name: name, Command: command, CodexHome: codexHome}
	if strings.ContainsFunc(strings.Join(append(command, name, codexHome), ""), unicode.IsControl) {
		return Target{}, fmt.Errorf("%w: it contains a control character", ErrTarget)
	}
	if len(command) > 0 {
		t.Name = strings.Join(command, " ")
		return t, nil
	}
	kind, rest, _ := strings.Cut(name, ":")
	switch {
	case rest == "" || strings.HasPrefix(rest, "-"):
		return Target{}, fmt.Errorf("%w: %q", ErrTarget, name)
	case kind == "home":
		if !filepath.IsAbs(rest) {
			return Target{}, fmt.Errorf("%w: %q is not an absolute path", ErrTarget, rest)
		}
		t.CodexHome = rest
	case kind == "kubectl" && strings.Count(rest, "/") > 2:
		return Target{}, fmt.Errorf("%w: %q is not [NAMESPACE/]POD[/CONTAINER]", ErrTarget, rest)
	}
	if t.prefix() == nil {
		return Target{}, fmt.Errorf("%w: %q", ErrTarget, name)
	}
	return t, nil
}

// same reports whether both name the same Codex home in the same way.
func (t Target) same(u Target) bool { return t.Name == u.Name && t.CodexHome == u.CodexHome }

// prefix is the command that runs a program where the borrower is, nil for an
// unknown kind of target.
func (t Target) prefix() []string {
	if len(t.Command) > 0 {
		return t.Command
	}
	kind, rest, _ := strings.Cut(t.Name, ":")
	switch kind {
	case "ssh":
		if strings.HasPrefix(rest, "//") {
			rest = t.Name // ssh://user@host:port is OpenSSH's own form
		}
		// Should Rekey be killed, ssh ends by itself once nobody answers it.
		return []string{"ssh", "-T", "-x", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=10",
			"-o", "ClearAllForwardings=yes", "--", rest}
	case "docker", "podman":
		return []string{kind, "exec", "-i", rest}
	case "kubectl":
		return kubectl(strings.Split(rest, "/"))
	case "wsl":
		return []string{"wsl.exe", "-d", rest, "--exec"}
	case "home":
		return []string{}
	}
	return nil
}

// kubectl reaches POD, NAMESPACE/POD or NAMESPACE/POD/CONTAINER.
func kubectl(parts []string) []string {
	args := []string{"kubectl", "exec", "-i"}
	pod := parts[0]
	if len(parts) > 1 {
		args, pod = append(args, "-n", parts[0]), parts[1]
	}
	if len(parts) > 2 {
		args = append(args, "-c", parts[2])
	}
	return append(args, pod, "--")
}

// argv is the whole command that runs a shell line there. The line has neither
// a single quote nor an exclamation mark, so that any login shell passes it on
// unchanged.
func (t Target) argv(line string) []string {
	prefix := t.prefix()
	if t.joins() {
		return append(prefix[:len(prefix):len(prefix)], "exec sh -c '"+line+"'")
	}
	return append(prefix[:len(prefix):len(prefix)], "sh", "-c", line)
}

// joins reports whether the command joins its arguments for a shell to split
// again, as ssh does.
func (t Target) joins() bool {
	program := "ssh"
	if len(t.Command) > 0 {
		program = strings.TrimSuffix(path.Base(filepath.ToSlash(t.Command[0])), ".exe")
	} else if !strings.HasPrefix(t.Name, "ssh:") {
		return false
	}
	return program == "ssh"
}
