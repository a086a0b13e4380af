package agent

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rekey/auth"
	"rekey/internal/autostart"
	"rekey/internal/config"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestChoicesAreRemembered(t *testing.T) {
	r := newBareRig(t)
	h := r.open()
	if st := h.State(); !st.KeepFresh || !st.Notifications || st.SignInMethod != auth.SignInBrowser {
		t.Errorf("at first the State is %+v", st)
	}
	device := auth.SignInDevice
	for _, on := range []bool{false, true, false} {
		change := auth.PreferenceChange{KeepFresh: &on, Notifications: &on, SignInMethod: &device}
		must.Do(t, h.SetPreferences(t.Context(), change))
		for when, st := range map[string]auth.State{"now": h.State(), "after a start": r.open().State()} {
			if st.KeepFresh != on || st.Notifications != on || st.SignInMethod != device {
				t.Errorf("set to %t, the State %s is %+v", on, when, st)
			}
		}
	}
	if got := r.settings(); got != "keep_fresh = false\nnotifications = false\nsign_in = \"device\"\n" {
		t.Errorf("the file is %q", got)
	}
	if h.preferred(auth.SignInPreferred) != device || h.preferred(auth.SignInBrowser) != auth.SignInBrowser {
		t.Error("the chosen method is not used")
	}
	magic := auth.SignInMethod("magic")
	var wrong *config.Problem
	if err := h.SetPreferences(t.Context(), auth.PreferenceChange{SignInMethod: &magic}); !errors.As(err, &wrong) || h.State().SignInMethod != device {
		t.Errorf("an unknown method: %v, %+v", err, h.State())
	}
}

// The agent applies what an editor writes, at once: also where there was no
// folder when it began.
func TestTheConfigurationFileIsWatched(t *testing.T) {
	t.Parallel()
	r := newBareRig(t)
	level := new(slog.LevelVar)
	a := r.start(func(o *Options) { o.LogLevel = level })
	r.set("# mine\nkeep_fresh = false\nnotifications = false\nsign_in = \"codex\"\nlog = \"debug\"\n")
	kit.Await(t, a, "what the file says", func(st auth.State) bool {
		return !st.KeepFresh && !st.Notifications && st.SignInMethod == auth.SignInCodex
	})
	kit.Eventually(t, "the level", func() bool { return level.Level() == slog.LevelDebug })

	// Some of it has to wait, which is told.
	r.set("# mine\nhomes = [\"/a\"]\nkeep_fresh = false\nnotifications = false\nsign_in = \"codex\"\n")
	kit.Eventually(t, "the word", func() bool { return strings.Contains(r.told.String(), "when Rekey restarts") })
	r.set("# mine\nkeep_fresh = false\nnotifications = false\nsign_in = \"codex\"\n")
	kit.Eventually(t, "the word again", func() bool { return len(r.told.Lines()) == 2 })

	// A typing error is reported, and leaves everything as it was.
	r.set("# mine\nkeep_fresh = fals\nnotifications = false\nsign_in = \"codx\"\n")
	kit.Eventually(t, "two problems", func() bool { return len(r.told.Lines()) == 4 })
	if told := r.told.String(); !strings.Contains(told, "config.toml:2: this line is not valid TOML") ||
		!strings.Contains(told, `config.toml:4: sign_in is "codx"; use browser, device or codex`) {
		t.Errorf("it tells %s", told)
	}
	if st := a.State(); st.KeepFresh || st.SignInMethod != auth.SignInCodex {
		t.Errorf("the State is %+v", st)
	}
	r.put([]byte(`{"OPENAI_API_KEY": "not-a-real-key"}`)) // the file is looked at again
	kit.Await(t, a, "an API key", status(auth.StatusAPIKey))

	must.Do(t, os.Remove(r.settingsPath()))
	kit.Await(t, a, "the defaults", func(st auth.State) bool {
		return st.KeepFresh && st.Notifications && st.SignInMethod == auth.SignInBrowser
	})
	if got := len(r.told.Lines()); got != 4 {
		t.Errorf("the problems were told again: %s", r.told)
	}
}

// While an editor has truncated the file, nothing is switched on.
func TestAHalfWrittenFileChangesNothing(t *testing.T) {
	r := newBareRig(t)
	r.set("keep_fresh = false\n")
	h := r.open()
	for _, half := range []string{"", "keep_fresh = ", "keep_fr"} {
		r.set(half)
		if !h.reloadSettings(false) || h.State().KeepFresh {
			t.Errorf("%q is believed", half)
		}
	}
	r.set("keep_fresh = false\nlog = \"off\"\n")
	if h.reloadSettings(false) || h.preferences().Log != config.LevelOff {
		t.Error("the whole file is not believed")
	}
	r.set("")
	if h.reloadSettings(true) || !h.State().KeepFresh {
		t.Error("the empty file is not believed in the end")
	}
}

func TestTheEnvironmentIsStrongerThanTheFile(t *testing.T) {
	r := newBareRig(t)
	r.env = map[string]string{"REKEY_CODEX": "/opt/codex", "REKEY_LANGUAGE": "en"}
	r.set("codex = \"/usr/bin/codex\"\nlanguage = \"zh-Hans\"\n")
	h := r.open()
	if p := h.preferences(); p.Codex != "/opt/codex" || p.Language != "en" {
		t.Errorf("%+v", p)
	}
	must.Do(t, h.SetPreferences(t.Context(), auth.KeepFresh(false)))
	if p := h.preferences(); p.Codex != "/opt/codex" || p.KeepFresh {
		t.Errorf("after a change: %+v", p)
	}
	if got := r.settings(); got != "codex = \"/usr/bin/codex\"\nlanguage = \"zh-Hans\"\nkeep_fresh = false\n" {
		t.Errorf("the file is %q", got)
	}
}

// A choice that cannot be saved holds all the same, and says so.
func TestChoicesThatCannotBeSaved(t *testing.T) {
	r := newBareRig(t)
	if err := os.WriteFile(filepath.Join(r.root, "config"), nil, 0o600); err != nil { // no folder can be made there
		t.Fatal(err)
	}
	h := r.open()
	err := h.SetPreferences(t.Context(), auth.KeepFresh(false))
	if _, ok := errors.AsType[*config.SaveError](err); !ok || !strings.Contains(err.Error(), "applies until Rekey exits") {
		t.Errorf("SetPreferences = %v", err)
	}
	h.reloadSettings(true)
	if h.State().KeepFresh {
		t.Error("the choice does not hold")
	}
	if err := h.SetPreferences(t.Context(), auth.PreferenceChange{}); err != nil {
		t.Errorf("no change at all = %v", err)
	}
}

func TestChoicesFromManySides(t *testing.T) {
	t.Parallel()
	r := newBareRig(t)
	h := r.open()
	var faces sync.WaitGroup
	for i := range 20 {
		faces.Go(func() {
			if err := h.SetPreferences(t.Context(), auth.KeepFresh(i%2 == 0)); err != nil {
				t.Error(err)
			}
		})
	}
	faces.Wait()
	if got, want := r.open().State().KeepFresh, h.State().KeepFresh; got != want {
		t.Errorf("%t is in the file and %t in the State", got, want)
	}
}

// desktop is an autostart.Login.
type desktop struct {
	on   bool
	err  error
	file string
}

func (d *desktop) Enabled() (bool, error) { return d.on, d.err }

func (d *desktop) File() string { return d.file }

func (d *desktop) Set(on bool) error { d.on = on; return d.err }

func TestStartAtLogin(t *testing.T) {
	r := newBareRig(t)
	d := &desktop{on: true}
	h := r.open(func(o *Options) { o.Autostart = d })
	if !h.State().StartAtLogin {
		t.Error("what the desktop does is not shown")
	}
	off := false
	if err := h.SetPreferences(t.Context(), auth.PreferenceChange{StartAtLogin: &off}); err != nil || d.on || h.State().StartAtLogin {
		t.Errorf("switched off: %v, %+v", err, d)
	}
	d.err = errors.New("no room")
	if err := h.SetPreferences(t.Context(), auth.PreferenceChange{StartAtLogin: &off}); !errors.Is(err, d.err) {
		t.Errorf("a failure: %v", err)
	}
	if got := r.settings(); got != "" {
		t.Errorf("the file is %q", got)
	}
	if err := r.open().SetPreferences(t.Context(), auth.PreferenceChange{StartAtLogin: &off}); err == nil {
		t.Error("it works without a desktop")
	}
}

// TestStartAtLoginIsWatched: what another program changes is shown at once.
func TestStartAtLoginIsWatched(t *testing.T) {
	r := newBareRig(t)
	login := must.Get(autostart.New(autostart.Options{
		Getenv: func(string) string { return "" }, UserHome: r.root, Program: must.Get(os.Executable())(t),
	}))(t)
	if login.File() == "" {
		t.Skip("this system keeps it in no file")
	}
	a := r.start(func(o *Options) { o.Autostart = login })
	for _, on := range []bool{true, false, true} {
		must.Do(t, login.Set(on))
		kit.Await(t, a, "what is in the file", func(st auth.State) bool { return st.StartAtLogin == on })
	}
}
