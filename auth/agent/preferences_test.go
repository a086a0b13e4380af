package agent

import (
	"os"
	"strings"
	"sync"
	"testing"

	"rekey/auth"
)

func TestKeepFreshIsRemembered(t *testing.T) {
	t.Parallel()
	r := newBareRig(t)
	h := r.open()
	if !h.State().KeepFresh {
		t.Error("at first the keeper is off")
	}
	for _, on := range []bool{false, true, false} {
		if err := h.SetPreferences(t.Context(), auth.KeepFresh(on)); err != nil {
			t.Fatal(err)
		}
		if now, later := h.State().KeepFresh, r.open().State().KeepFresh; now != on || later != on {
			t.Errorf("set to %t it is %t now and %t after a start", on, now, later)
		}
	}
	info, err := os.Stat(h.preferencesPath())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
}

func TestDamagedPreferencesKeepFresh(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"empty": "", "garbage": "{", "another form": `[false]`, "huge": strings.Repeat(" ", 100<<10) + `{"keepFresh":false}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newBareRig(t)
			if err := os.WriteFile(r.open().preferencesPath(), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if !r.open().State().KeepFresh {
				t.Error("the keeper is off")
			}
			if !strings.Contains(r.log.String(), "preferences cannot be read") {
				t.Errorf("the log says nothing of it:\n%s", r.log)
			}
		})
	}
}

// A choice that cannot be saved holds all the same, and says so.
func TestKeepFreshWithoutAFolder(t *testing.T) {
	t.Parallel()
	r := newBareRig(t)
	h := r.open()
	if err := os.RemoveAll(h.stateDir); err != nil {
		t.Fatal(err)
	}
	if err := h.SetPreferences(t.Context(), auth.KeepFresh(false)); err == nil || !strings.Contains(err.Error(), "until Rekey ends") {
		t.Errorf("SetPreferences = %v", err)
	}
	if h.State().KeepFresh {
		t.Error("the choice does not hold")
	}
}

func TestKeepFreshFromManySides(t *testing.T) {
	t.Parallel()
	h := newBareRig(t).open()
	var faces sync.WaitGroup
	for i := range 20 {
		faces.Go(func() {
			if err := h.SetPreferences(t.Context(), auth.KeepFresh(i%2 == 0)); err != nil {
				t.Error(err)
			}
		})
	}
	faces.Wait()
	want := h.State().KeepFresh
	h.loadKeepFresh()
	if got := h.State().KeepFresh; got != want {
		t.Errorf("%t is in the file and %t in the State", got, want)
	}
}
