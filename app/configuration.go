package app

import (
	"cmp"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"rekey/auth/agent"
	"rekey/auth/login"
	"rekey/internal/autostart"
	"rekey/internal/config"
	"rekey/internal/logfile"
	"rekey/internal/userdir"
	"rekey/ui/cli"
)

// configuration is the configuration file, overridden by the environment.
type configuration struct {
	config.Settings
	path     string  // of the file, "" where a user has no home directory
	problems []error // what is invalid in it
}

// readConfiguration reads the file once. The agent follows it afterwards.
func readConfiguration(getenv func(string) string) configuration {
	var c configuration
	var found []*config.Problem
	c.Settings = config.Default()
	if home, err := userdir.Home(); err == nil {
		c.path = config.Path(getenv, home)
		c.Settings, found = config.Load(c.path)
	}
	var more []*config.Problem
	c.Settings, more = c.WithEnvironment(getenv)
	for _, p := range append(found, more...) {
		c.problems = append(c.problems, p)
	}
	return c
}

// report returns the effective settings and their origin.
func (c configuration) report() cli.Configuration {
	r := cli.Configuration{Path: c.path}
	inFile, bad := config.Named(c.path), make(map[string]error)
	for _, err := range c.problems {
		if p := new(config.Problem); errors.As(err, &p) && p.Code == config.CodeBadValue {
			bad[p.Key] = p
		}
	}
	for _, k := range config.Keys() {
		s := cli.Setting{Name: k.Name, Value: c.Value(k.Name), Problem: cmp.Or(bad[k.Env], bad[k.Name])}
		switch {
		case k.Env != "" && os.Getenv(k.Env) != "" && bad[k.Env] == nil:
			s.Origin = k.Env
		case slices.Contains(inFile, k.Name) && bad[k.Name] == nil:
			s.Origin = filepath.Base(c.path)
		}
		r.Settings = append(r.Settings, s)
	}
	return r
}

// homes returns the Codex homes of a command: those named, else those of the
// environment or the configuration, else Codex's own.
func (w wiring) homes(named []string) ([]string, error) {
	return agent.Homes(named, w.config.Settings, userdir.Home)
}

// userHome is the user's home directory, "" where it is not known.
func userHome() string {
	dir, err := userdir.Home()
	if err != nil {
		return ""
	}
	return dir
}

// log returns the log of a home and its level.
func (w wiring) log(dirs agent.Dirs, home string) (*slog.Logger, *slog.LevelVar) {
	level := new(slog.LevelVar)
	level.Set(w.config.Log)
	state := dirs.StateDir(home)
	return logfile.New(logfile.Options{
		Path: filepath.Join(state, "rekey.log"), Home: filepath.Base(state), Level: level,
		Stderr: os.Stderr, StderrLevel: w.config.Stderr, Tell: w.passOn,
	}), level
}

// autostart returns the desktop's way to start Rekey, nil if it has none.
func (w wiring) autostart(user string) autostart.Login {
	login, err := autostart.New(autostart.Options{Getenv: os.Getenv, UserHome: user})
	if err != nil {
		return nil
	}
	return login
}

// findCodex finds the user's own codex, at the configured path if there is one.
func findCodex(configured string) (path string, err error) {
	user, _ := userdir.Home() // without one, fewer places are searched
	return login.FindCodex(login.CodexSearch{
		Setting: configured, Getenv: os.Getenv, UserHome: user, System: runtime.GOOS,
	})
}

// recent remembers what was printed recently, because several homes may report
// the same problem with one file. It is safe for concurrent use.
type recent struct {
	mu   sync.Mutex // guards said
	said map[string]time.Time
}

// together is how far apart two reports of one problem can be.
const together = 5 * time.Second

// again records a sentence, and reports whether it was printed a moment ago.
func (r *recent) again(sentence string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.said[sentence]).Abs() < together {
		return true
	}
	r.said[sentence] = now
	return false
}
