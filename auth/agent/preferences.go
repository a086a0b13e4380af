package agent

import (
	"context"
	"errors"
	"slices"

	"rekey/auth"
	"rekey/internal/config"
	"rekey/internal/fault"
)

// errNoAutostart means that Rekey cannot be started at login here.
var errNoAutostart = fault.New("no_autostart", "there is no way to start Rekey at login here")

// preferences returns the settings in effect.
func (h *Home) preferences() config.Settings {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.chosen
}

// SetPreferences changes the user's preferences, also in the configuration
// file.
func (h *Home) SetPreferences(ctx context.Context, c auth.PreferenceChange) error {
	h.saving.Lock()
	defer h.saving.Unlock()
	if c.StartAtLogin != nil {
		if err := h.setStartAtLogin(*c.StartAtLogin); err != nil {
			return err
		}
	}
	chosen := h.preferences()
	var edits []config.Edit
	if c.KeepFresh != nil {
		chosen.KeepFresh = *c.KeepFresh
		edits = append(edits, config.Set("keep_fresh", chosen.KeepFresh))
	}
	if c.Notifications != nil {
		chosen.Notifications = *c.Notifications
		edits = append(edits, config.Set("notifications", chosen.Notifications))
	}
	if c.SignInMethod != nil {
		chosen.SignIn = *c.SignInMethod
		edits = append(edits, config.Set("sign_in", string(chosen.SignIn)))
	}
	if c.Usage != nil {
		chosen.Usage = config.UsageOff
		if *c.Usage {
			chosen.Usage = config.UsageOn
		}
		edits = append(edits, config.Set("usage", string(chosen.Usage)))
	}
	if c.UsageAlerts != nil {
		chosen.UsageAlerts = *c.UsageAlerts
		edits = append(edits, config.Set("usage_alerts", chosen.UsageAlerts))
	}
	if len(edits) == 0 {
		return nil
	}
	if h.opts.Settings != "" {
		if err := config.Change(ctx, h.opts.Settings, edits...); err != nil {
			if wrong, ok := errors.AsType[*config.Problem](err); ok && wrong.Code == config.CodeBadValue {
				return err
			}
			h.apply(chosen)
			return fault.New("choice_not_saved", "the choice applies until Rekey exits; it could not be saved: {{.Why}}", "Why", err)
		}
		h.onFile, _ = h.onFile.Reload(h.opts.Settings)
	}
	h.apply(chosen)
	return nil
}

// readSettings reads the configuration file for the first time. It only logs
// problems, because the caller of Open has already reported them.
func (h *Home) readSettings() {
	h.saving.Lock()
	defer h.saving.Unlock()
	var problems []*config.Problem
	h.onFile = config.Default()
	if h.opts.Settings != "" {
		h.onFile, problems = config.Load(h.opts.Settings)
	}
	h.said = make(map[string]bool)
	for _, p := range problems {
		h.said[p.Error()] = true
		h.opts.Log.Warn("settings: a line cannot be used", "error", p)
	}
	chosen, _ := h.onFile.WithEnvironment(h.opts.Getenv)
	h.apply(chosen)
}

// reloadSettings reads the configuration file again and applies what is new in
// it. Unless final, a file that has become empty or unreadable may be half
// written: then nothing changes, and again is true.
func (h *Home) reloadSettings(final bool) (again bool) {
	if h.opts.Settings == "" {
		return false
	}
	h.saving.Lock()
	defer h.saving.Unlock()
	next, problems := h.onFile.Reload(h.opts.Settings)
	if !final && h.halfWritten(next, problems) {
		return true
	}
	h.tellProblems(problems)
	if next.Equal(h.onFile) {
		return false
	}
	if !slices.Equal(next.Homes, h.onFile.Homes) || next.Language != h.onFile.Language {
		h.opts.Tell(fault.New("next_start", "changes to homes and language take effect when Rekey restarts"))
	}
	h.onFile = next
	chosen, _ := next.WithEnvironment(h.opts.Getenv)
	h.opts.Log.Info("settings: read", "keepFresh", chosen.KeepFresh, "notifications", chosen.Notifications,
		"signIn", chosen.SignIn, "hook", chosen.Hook, "log", chosen.Log)
	h.apply(chosen)
	return false
}

// halfWritten reports whether another program may still be writing the file: it
// has been truncated, or removed to be created again. The caller holds saving.
func (h *Home) halfWritten(next config.Settings, problems []*config.Problem) bool {
	for _, p := range problems {
		if (p.Code == config.CodeSyntax || p.Code == config.CodeUnreadable) && !h.said[p.Error()] {
			return true
		}
	}
	return next.Equal(config.Default()) && !h.onFile.Equal(next)
}

// tellProblems reports each problem with the file once. The caller holds
// saving.
func (h *Home) tellProblems(problems []*config.Problem) {
	said := h.said
	h.said = make(map[string]bool)
	for _, p := range problems {
		text := p.Error()
		if !said[text] && !h.said[text] {
			h.opts.Log.Warn("settings: a line cannot be used", "error", p)
			h.opts.Tell(p)
		}
		h.said[text] = true
	}
}

// apply puts settings into effect.
func (h *Home) apply(chosen config.Settings) {
	h.mu.Lock()
	h.chosen = chosen
	h.mu.Unlock()
	h.manager.SetPreferences(auth.PreferenceChange{
		KeepFresh: &chosen.KeepFresh, Notifications: &chosen.Notifications, SignInMethod: &chosen.SignIn,
	})
	h.meter.chosen()
	if h.opts.LogLevel != nil {
		h.opts.LogLevel.Set(chosen.Log)
	}
	h.hook.Use(chosen.Hook)
}

// setStartAtLogin makes the desktop start Rekey, or not.
func (h *Home) setStartAtLogin(on bool) error {
	if h.opts.Autostart == nil {
		return errNoAutostart
	}
	err := h.opts.Autostart.Set(on)
	h.showStartAtLogin()
	return err
}

// showStartAtLogin puts the desktop's setting into the State. If its files
// cannot be read, it is shown as off.
func (h *Home) showStartAtLogin() {
	if h.opts.Autostart == nil {
		return
	}
	on, err := h.opts.Autostart.Enabled()
	if err != nil {
		h.opts.Log.Warn("cannot tell whether Rekey starts at login", "error", err)
	}
	h.manager.SetPreferences(auth.PreferenceChange{StartAtLogin: &on})
}
