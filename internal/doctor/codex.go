package doctor

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"rekey/auth/codex"
	"rekey/internal/proc"
)

// maxVersion bounds the output of codex --version that is kept, in bytes.
const maxVersion = 200

// codex looks for the user's own codex and asks for its version.
func (in Inputs) codex(ctx context.Context) (f found) {
	if in.FindCodex == nil {
		f.word(FactCodex, "", WordNotLooked)
		return f
	}
	program, err := in.FindCodex()
	if err != nil {
		f.word(FactCodex, "", WordNone)
		f.finding(FindNoCodex, Note, "", "Why", err)
		return f
	}
	f.fact(FactCodex, "", program)
	said := &proc.Beginning{Room: maxVersion}
	cmd := proc.Command(ctx, program, "--version")
	cmd.Env = proc.Environment(func(name string) (string, bool) {
		value := in.Getenv(name)
		return value, value != ""
	})
	cmd.Stdout = said
	if err := proc.Run(cmd); err != nil {
		f.finding(FindBrokenCodex, Warning, "", "Program", program, "Why", err)
		return f
	}
	version, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
	f.fact(FactCodexVersion, "", version)
	return f
}

// process is a running Codex.
type process struct {
	pid  int
	home string // its CODEX_HOME, "" for Codex's own, "?" where that cannot be read
}

// processes looks for running Codex processes and the homes that they use.
func (in Inputs) processes(ctx context.Context) (f found) {
	list, looked := running(ctx, in.proc)
	if !looked {
		f.word(FactCodexRunning, "", WordNotLooked)
		return f
	}
	f.fact(FactCodexRunning, "", strconv.Itoa(len(list)))
	var foreign []string
	for _, p := range list {
		about := strconv.Itoa(p.pid)
		if p.home == "?" {
			f.word(FactCodexHome, about, WordUnknown)
			continue
		}
		home, err := codex.ResolveHome(func(string) string { return p.home }, func() (string, error) { return in.UserHome, nil })
		if home == "" || err != nil && p.home == "" {
			f.word(FactCodexHome, about, WordUnknown)
			continue
		}
		f.fact(FactCodexHome, about, home)
		if !in.looksAfter(home) && !slices.Contains(foreign, home) {
			foreign = append(foreign, home)
			f.finding(FindForeignHome, Note, home)
		}
	}
	return f
}

// looksAfter reports whether a home shares its sign-in with one of ours.
func (in Inputs) looksAfter(home string) bool {
	id, err := codex.ID(home)
	if err != nil {
		return true // it may be the same
	}
	for _, o := range in.Homes {
		if own, err := codex.ID(o.Dir); err == nil && own == id {
			return true
		}
	}
	return false
}
