package sandbox

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"rekey/auth/agent"
	"rekey/auth/appserver"
	"rekey/internal/box"
)

// Sandbox is a Codex home, the server its tokens come from and the programs
// that use both. Its methods are safe for concurrent use.
type Sandbox struct {
	Server *box.Server
	Home   *box.Home

	dir    string // everything lies in it
	env    map[string]string
	config box.Config

	mu        sync.Mutex // guards everything below
	ago       time.Duration
	processes []*Process
}

// New makes a sandbox whose server issues access tokens that live for life.
// Nobody is signed in. Use Close after use.
func New(life time.Duration) (*Sandbox, error) {
	return NewWith(box.Config{AccessLife: life})
}

// NewWith makes a sandbox with another kind of server. Its clock is the
// sandbox's own.
func NewWith(cfg box.Config) (*Sandbox, error) {
	s := &Sandbox{config: cfg}
	s.config.Now = s.now
	var err error
	// Not a test's own folder: sockets lie here, whose paths have room for
	// about a hundred characters.
	if s.dir, err = os.MkdirTemp("", "rekey-box"); err != nil {
		return nil, err
	}
	if err = s.furnish(); err != nil {
		s.Close()
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return s, nil
}

// furnish starts the server and writes the home.
func (s *Sandbox) furnish() (err error) {
	if s.Server, err = box.Start(s.config); err != nil {
		return err
	}
	if s.Home, err = box.NewHome(filepath.Join(s.dir, ".codex")); err != nil {
		return err
	}
	if err = s.Home.WriteConfig(fmt.Sprintf("chatgpt_base_url = %q\n", s.Server.BackendURL())); err != nil {
		return err
	}
	s.env = s.environment()
	for _, name := range []string{"XDG_RUNTIME_DIR", "TMPDIR"} {
		if err = os.Mkdir(s.env[name], 0o700); err != nil {
			return err
		}
	}
	return nil
}

// environment is all that the sandbox's programs know.
func (s *Sandbox) environment() map[string]string {
	const closed = "http://127.0.0.1:1"
	return map[string]string{
		"HOME": s.dir, "CODEX_HOME": s.Home.Dir(), "PATH": os.Getenv("PATH"), "LANG": "C.UTF-8",
		"XDG_STATE_HOME":  filepath.Join(s.dir, "state"),
		"XDG_RUNTIME_DIR": filepath.Join(s.dir, "run"),
		"TMPDIR":          filepath.Join(s.dir, "tmp"),

		"CODEX_REFRESH_TOKEN_URL_OVERRIDE": s.Server.TokenURL(),
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE":  s.Server.RevokeURL(),
		"CODEX_APP_SERVER_LOGIN_ISSUER":    s.Server.Issuer(),

		"HTTP_PROXY": closed, "HTTPS_PROXY": closed, "ALL_PROXY": closed,
		"http_proxy": closed, "https_proxy": closed, "all_proxy": closed,
		"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
	}
}

// Close ends every process and the server and removes the folder.
func (s *Sandbox) Close() {
	s.mu.Lock()
	processes := s.processes
	s.mu.Unlock()
	for _, p := range processes {
		p.Kill()
	}
	if s.Server != nil {
		s.Server.Close()
	}
	_ = os.RemoveAll(s.dir) // what is left lies in the system's folder for such things
}

// now is the server's clock.
func (s *Sandbox) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(-s.ago)
}

// SignIn signs Ada in with an access token that was issued some time ago and
// ends after left, which may be negative, and replaces what the home held.
func (s *Sandbox) SignIn(left time.Duration) error {
	s.Backdate(s.config.AccessLife - left)
	content := s.Server.SignIn(box.Ada())
	s.Backdate(0)
	return s.Home.Replace(content)
}

// Backdate has the server issue tokens as of some time ago from now on.
func (s *Sandbox) Backdate(ago time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ago = ago
}

// Options make an agent.Home of this home in the calling process, which
// shares its state with every Rekey in the sandbox.
func (s *Sandbox) Options() agent.Options {
	getenv := func(name string) string { return s.env[name] }
	return agent.Options{Dir: s.Home.Dir(), Dirs: agent.UserDirs(getenv, s.dir), Getenv: getenv}
}

// Attach connects to the home's agent as soon as there is one, until ctx ends.
func (s *Sandbox) Attach(ctx context.Context) (*appserver.Client, error) {
	home := agent.Open(s.Options())
	for {
		client, err := home.Attach(ctx)
		if err == nil {
			return client, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case <-time.After(pace):
		}
	}
}

// pace is how often something is looked at again that nobody tells of.
const pace = 5 * time.Millisecond

// Command makes a command that runs in the sandbox and nowhere else.
func (s *Sandbox) Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = s.dir, s.Environ()
	cmd.SysProcAttr = mortal()
	return cmd
}

// Setenv gives the programs that are started from now on a further variable, or
// another value for one.
func (s *Sandbox) Setenv(name, value string) { s.env[name] = value }

// Environ is the environment of the sandbox's programs, each "NAME=value".
func (s *Sandbox) Environ() (env []string) {
	for name, value := range s.env {
		env = append(env, name+"="+value)
	}
	return env
}
