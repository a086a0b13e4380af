package agent

import (
	"context"
	"runtime"
	"sync"
	"time"

	"rekey/auth"
	"rekey/internal/config"
	"rekey/internal/version"
	"rekey/usage"
	"rekey/usage/backend"
	"rekey/usage/files"
	"rekey/usage/rollout"
)

// lasting is how long an access token must still work to ask for usage with it.
const lasting = 2 * time.Second

// meter knows the home's usage. It is part of a Home.
type meter struct {
	home    *Home
	service *usage.Service
	backend *backend.Client
	news    auth.Broadcast[usage.Usage]

	mu   sync.Mutex // guards tell
	tell func()     // called after a change of settings; may be nil
}

// newMeter returns a meter. It reads and asks nothing.
func newMeter(h *Home) *meter {
	m := &meter{home: h}
	now := func() time.Time { return time.Now().Round(0).UTC() }
	m.backend = &backend.Client{HTTP: h.authority.http, Base: m.base, UserAgent: "rekey/" + version.Current().Number + " (" + runtime.GOOS + "; " + runtime.GOARCH + ")", Now: now}
	m.service = usage.NewService(usage.Options{
		Settings: m.settings, Asker: m.asker, Recover: m.recover,
		Backend: m.backend, Memory: files.Memory{Home: h.stateDir, User: h.opts.Dirs.State},
		Rollouts: func(since time.Time) []usage.Told { return rollout.Read(h.Dir(), since) },
		Changed:  m.news.Publish, Fresh: h.opts.UsageFresh, Now: now, Log: h.opts.Log,
	})
	return m
}

// base is the backend's address in Codex's configuration.
func (m *meter) base() string {
	m.home.mu.Lock()
	defer m.home.mu.Unlock()
	return m.home.config.ChatGPTBaseURL
}

// settings returns the user's choices.
func (m *meter) settings() usage.Settings {
	p := m.home.preferences()
	return usage.Settings{On: p.Usage == config.UsageOn, Alerts: p.UsageAlerts}
}

// chosen shows the effect of changed settings. It asks nothing.
func (m *meter) chosen() {
	if _, shown := m.news.Last(); shown {
		m.service.Known(context.Background())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tell != nil {
		m.tell()
	}
}

// asker returns the cached credentials to ask with, or why they cannot be used:
// they are not refreshed for it.
func (m *meter) asker(context.Context) (usage.Asker, usage.Problem) {
	s, refusal := m.home.manager.Snapshot()
	status := m.home.manager.State().Status
	switch {
	case s == nil && status == auth.StatusUnreadable:
		return usage.Asker{}, usage.ProblemUnreadable
	case s == nil || s.Kind() == auth.KindNone || status == auth.StatusSignedOut:
		return usage.Asker{}, usage.ProblemSignedOut
	case s.Kind() == auth.KindAPIKey:
		return usage.Asker{}, usage.ProblemAPIKey
	case s.Kind() != auth.KindChatGPT && (s.Kind() != auth.KindExternalTokens || s.AccessToken().Empty()):
		return usage.Asker{}, usage.ProblemNoToken
	}
	who := m.as(s)
	_, lent := s.Loan()
	switch end, known := s.AccessExpiry(); {
	case lent:
		return who, usage.ProblemLoan
	case m.home.restriction(s) != nil:
		return who, usage.ProblemRestricted
	case refusal != nil:
		return who, usage.ProblemRefused
	case known && time.Until(end) < lasting, s.AccessToken().Empty(): // a refresh brings another
		return who, usage.ProblemExpired
	}
	return who, ""
}

// as returns the Asker for s. The headers are those of Codex 0.171.0.
func (m *meter) as(s *auth.Snapshot) usage.Asker {
	account, _ := s.AccountID()
	return usage.Asker{
		Account: m.home.state.Account(s), Credentials: m.home.state.Whole(s), AccountID: account,
		Header: func(set func(name, value string)) {
			if token := s.AccessToken(); !token.Empty() {
				set("Authorization", "Bearer "+token.Reveal())
			}
			if account != "" {
				set("ChatGPT-Account-ID", account)
			}
			if s.Claims().FedRAMP {
				set("X-OpenAI-Fedramp", "true")
			}
		},
	}
}

// recover reacts to a 401, once: another process may have fixed the
// credentials; otherwise they are refreshed, unless they are refused or the
// user does not want Rekey to refresh unasked.
func (m *meter) recover(ctx context.Context) {
	if !m.home.State().KeepFresh {
		err := m.home.Reload(ctx)
		m.home.opts.Log.Info("usage: the backend did not accept the access token; nothing is refreshed", "error", err)
		return
	}
	step, err := m.home.manager.Recover().Next(ctx)
	m.home.opts.Log.Info("usage: the backend did not accept the access token", "step", step, "error", err)
}

// AskUsage implements appserver.Home. Like Codex it asks each time, with
// whatever credentials there are.
func (h *Home) AskUsage(ctx context.Context, s *auth.Snapshot, details bool) (body, resetCredits []byte, err error) {
	who := h.meter.as(s)
	var both sync.WaitGroup
	if details {
		both.Go(func() { resetCredits, _ = h.meter.backend.ResetCreditsBody(ctx, who) })
	}
	body, err = h.meter.backend.UsageBody(ctx, who)
	both.Wait()
	return body, resetCredits, err
}

// The methods of a face's session that are about usage.

// Usage implements auth.Session.
func (h *Home) Usage() usage.Usage {
	if u, ok := h.meter.news.Last(); ok {
		return u
	}
	return h.meter.service.Known(context.Background())
}

// SubscribeUsage implements auth.Session.
func (h *Home) SubscribeUsage(ctx context.Context) <-chan usage.Usage {
	if _, ok := h.meter.news.Last(); !ok {
		h.meter.service.Known(ctx) // publishes what is known
	}
	return h.meter.news.Subscribe(ctx)
}

// LookAtUsage implements auth.Session.
func (h *Home) LookAtUsage(ctx context.Context) (usage.Usage, error) {
	u := h.meter.service.Look(ctx)
	return u, ctx.Err()
}

// UsageHistory implements auth.Session.
func (h *Home) UsageHistory(ctx context.Context) ([]usage.Point, error) {
	return h.meter.service.History(ctx), nil
}

// followAccount updates the known usage after changes of the account and the
// settings, until ctx is done. It asks nothing.
func (a *Agent) followAccount(ctx context.Context) {
	var last usage.Asker
	var before usage.Problem
	first := true
	for range a.Subscribe(ctx) {
		who, problem := a.meter.asker(ctx)
		if first || who.Account != last.Account || problem != before {
			a.meter.service.Known(ctx)
		}
		last, before, first = who, problem, false
	}
}
