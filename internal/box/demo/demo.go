// Package demo shows Rekey's main job in a sandbox: an authorization server in
// a box, a home in a folder of its own and a real agent between them. "rekey
// demo" runs it. It writes only to the folder it is given.
package demo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"rekey/auth/agent"
	"rekey/internal/box"
)

// accessLife is the lifetime of the sandbox's access tokens: short enough to
// see a refresh soon, long enough to read along.
const accessLife = 16 * time.Second

// Sandbox is a server and an agent that touch no real sign-in. Call Close after
// use.
type Sandbox struct {
	Agent  *agent.Agent
	server *box.Server
	life   time.Duration // of access tokens
}

// Open makes a sandbox in dir, an empty folder, signed in as Ada.
func Open(ctx context.Context, dir, version string, log *slog.Logger) (*Sandbox, error) {
	return open(ctx, dir, version, accessLife, log)
}

func open(ctx context.Context, dir, version string, life time.Duration, log *slog.Logger) (*Sandbox, error) {
	server, err := box.Start(box.Config{AccessLife: life, UsageWindow: life / 2})
	if err != nil {
		return nil, fmt.Errorf("the demo's authorization server: %w", err)
	}
	s := &Sandbox{server: server, life: life}
	if s.Agent, err = s.openAgent(ctx, dir, version, log); err != nil {
		server.Close()
		return nil, fmt.Errorf("the demo's sandbox: %w", err)
	}
	return s, nil
}

func (s *Sandbox) openAgent(ctx context.Context, dir, version string, log *slog.Logger) (*agent.Agent, error) {
	home, err := box.NewHome(filepath.Join(dir, "codex"))
	if err != nil {
		return nil, err
	}
	if err := home.Replace(s.server.SignIn(box.Ada())); err != nil {
		return nil, err
	}
	if err := home.WriteConfig(fmt.Sprintf("chatgpt_base_url = %q\n", s.server.BackendURL())); err != nil {
		return nil, err
	}
	environment := map[string]string{
		"CODEX_REFRESH_TOKEN_URL_OVERRIDE": s.server.TokenURL(),
		"CODEX_REVOKE_TOKEN_URL_OVERRIDE":  s.server.RevokeURL(),
		"CODEX_APP_SERVER_LOGIN_ISSUER":    s.server.Issuer(),
	}
	return agent.Open(agent.Options{
		Dir:        home.Dir(),
		Dirs:       agent.Dirs{State: filepath.Join(dir, "state"), Runtime: filepath.Join(dir, "run")},
		Getenv:     func(name string) string { return environment[name] },
		OpenURL:    visit,
		LoginPorts: []int{0},
		UsageFresh: s.life / 32,
		Log:        log,
	}).Become(ctx, version)
}

// visit is the demo's browser: it opens the page and follows it to the end.
func visit(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 10 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	return err
}

// Close ends the sandbox. The caller removes the folder.
func (s *Sandbox) Close(ctx context.Context) error {
	err := s.Agent.Close(ctx)
	s.server.Close()
	return err
}
