package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rekey/auth"
)

// preferences are what the user has chosen for one home.
type preferences struct {
	KeepFresh bool `json:"keepFresh"`
}

func (h *Home) preferencesPath() string { return filepath.Join(h.stateDir, "preferences.json") }

// loadKeepFresh takes over the stored choice. Without one the keeper is on.
func (h *Home) loadKeepFresh() {
	p := preferences{KeepFresh: true}
	data, err := readLimited(h.preferencesPath(), 64<<10)
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		h.opts.Log.Warn("the preferences cannot be read; the sign-in is kept fresh", "error", err)
	}
	h.applyKeepFresh(p.KeepFresh)
	h.manager.Annotate(func(f *auth.Inputs) { f.Notifications = true }) // there is no switch for them yet
}

// SetPreferences takes over what the user has chosen, now and for every later
// start.
func (h *Home) SetPreferences(_ context.Context, c auth.PreferenceChange) error {
	if c.KeepFresh == nil {
		return nil
	}
	h.saving.Lock()
	defer h.saving.Unlock()
	h.applyKeepFresh(*c.KeepFresh)
	data, err := json.Marshal(preferences{KeepFresh: *c.KeepFresh})
	if err != nil {
		return err
	}
	tmp := h.preferencesPath() + ".new"
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return fmt.Errorf("the choice holds until Rekey ends, it could not be saved: %w", err)
	}
	if err := os.Rename(tmp, h.preferencesPath()); err != nil {
		return fmt.Errorf("the choice holds until Rekey ends, it could not be saved: %w", err)
	}
	return nil
}

// applyKeepFresh tells the keeper, if it runs, and the State.
func (h *Home) applyKeepFresh(on bool) {
	h.manager.Annotate(func(f *auth.Inputs) { f.KeepFresh = on })
}
