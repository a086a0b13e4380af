package window_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/internal/box"
	"rekey/ui/cli"
	"rekey/ui/tray"
	"rekey/ui/window"
	"rekey/ui/words"
)

// The sign-ins here expire in three hours. Of one with noRefreshToken, tokens that
// can be refreshed are missing.
var (
	expires        = box.WithExpiry(now.Add(3 * time.Hour))
	noRefreshToken = box.WithRefreshToken(blank)
)

// blank stands for an empty token.
const blank = "blank"

// TestEverythingIsVisible: whatever a State says can be read in the text, the menu
// and the window, in every language. A new field must be put down in flags.
func TestEverythingIsVisible(t *testing.T) {
	t.Parallel()
	known := flags(t)
	for field := range reflect.TypeFor[auth.State]().Fields() {
		of, listed := known[field.Name]
		if !listed {
			t.Errorf("where a person sees the %s of a State, flags does not say", field.Name)
			continue
		}
		delete(known, field.Name)
		if of.elsewhere != "" {
			continue
		}
		seen := false
		for status, facts := range signIns(t) {
			if of.given != nil {
				of.given(&facts)
			}
			without := auth.Compute(facts)
			of.set(&facts)
			with := auth.Compute(facts)
			if reflect.ValueOf(with).FieldByIndex(field.Index).Equal(reflect.ValueOf(without).FieldByIndex(field.Index)) ||
				of.at != nil && !slices.Contains(of.at, status) {
				continue
			}
			seen = true
			for _, name := range lang.Languages() {
				for face, say := range faces(words.New(lang.For(name))) {
					if (of.on == nil || slices.Contains(of.on, face)) && say(without) == say(with) {
						t.Errorf("%s: %s, %s: the %s does not say it:\n%s", name, status, field.Name, face, say(with))
					}
				}
			}
		}
		if !seen {
			t.Errorf("%s never changes", field.Name)
		}
	}
	for name := range known {
		t.Errorf("a State has no %s", name)
	}
}

// TestEveryProblemIsVisible: whenever a State has a Problem, each face says more
// than it would without. Only the menu, which has little room, may say in its place
// what a flag stands for, and every face "The keyring is locked".
func TestEveryProblemIsVisible(t *testing.T) {
	t.Parallel()
	codes, done := make(map[string]bool), make(map[auth.State]bool)
	for _, facts := range troubles(t) {
		with := auth.Compute(facts)
		if with.Problem == "" || done[with] || with.Lent { // of a loan the first line says it
			continue
		}
		codes[with.Cause.Code()], done[with] = true, true
		without := with
		without.Problem, without.Cause, without.Locked = "", "", false
		brief := without
		brief.CommitPending, brief.AnswerLost, brief.Restricted = false, false, false
		for _, name := range lang.Languages() {
			for face, say := range faces(words.New(lang.For(name))) {
				if said := say(with); say(without) == said && (face != "menu" || say(brief) == said) {
					t.Errorf("%s: %s: the %s does not say %q:\n%s", name, with.Status, face, with.Problem, say(with))
				}
			}
		}
	}
	t.Logf("%d States, %d kinds of problems: %v", len(done), len(codes), slices.Sorted(maps.Keys(codes)))
	if len(codes) < 12 {
		t.Error("some are missing")
	}
}

// troubles are facts, with whatever can be wrong of each kind.
func troubles(t *testing.T) (all []auth.Facts) {
	for _, f := range signIns(t) {
		all = append(all, f)
	}
	vary := func(changes ...func(*auth.Facts)) {
		for _, f := range slices.Clone(all) {
			for _, change := range changes {
				changed := f
				change(&changed)
				all = append(all, changed)
			}
		}
	}
	var kinds []func(*auth.Facts)
	for _, snapshot := range []*auth.Snapshot{
		parse(t, []byte(`{}`)), parse(t, box.AuthJSON(box.WithAPIKey(blank))),
		signIn(t, box.WithoutLastRefresh(), expires), signIn(t, box.WithAccessToken(blank)),
		signIn(t, box.WithoutAccountID(), expires), signIn(t, noRefreshToken, expires),
	} {
		kinds = append(kinds, func(f *auth.Facts) { f.Snapshot = snapshot })
	}
	vary(kinds...)
	var failures []func(*auth.Facts)
	for _, err := range []error{
		&auth.RefreshError{Status: 503}, &auth.RefreshError{Status: 403, Code: "unsupported_country_region_territory"},
		&auth.RefreshError{Err: errors.New("no route to host")}, auth.ErrClock,
	} {
		failures = append(failures, func(f *auth.Facts) {
			f.Last = auth.Attempt{Outcome: auth.AttemptFailed, At: now.UTC(), Cause: auth.CauseOf(err)}
		})
	}
	vary(append(failures,
		func(f *auth.Facts) { f.Last = auth.Attempt{} },
		func(f *auth.Facts) { f.Last = auth.Attempt{Outcome: auth.AttemptRefreshed, At: now.Add(time.Hour)} },
		func(f *auth.Facts) {
			f.Last = auth.Attempt{Outcome: auth.AttemptUnsent, Cause: auth.CauseOf(auth.CannotSave(errors.New("disk full")))}
		})...)
	others := []func(*auth.Facts){func(f *auth.Facts) { f.Doubt = true }}
	for name, of := range flags(t) {
		switch name {
		case "AnswerLost", "CommitPending", "Restricted", "Locked", "Encrypted":
			others = append(others, of.set)
		}
	}
	vary(others...)
	return all
}

// faces are a State as each of them says it.
func faces(w words.Words) map[string]func(auth.State) string {
	return map[string]func(auth.State) string{
		"text": func(s auth.State) string { return printed(w, s, "status") },
		"menu": func(s auth.State) string {
			var lines []string
			for _, row := range tray.Menu(w, []tray.View{{State: s}}, now, tray.Abilities{OpenWindow: true}).Homes[0].Rows {
				lines = append(lines, row.Label)
			}
			return strings.Join(lines, "\n")
		},
		"window": func(s auth.State) string { return fmt.Sprintf("%+v", window.ViewOf(w, s, now)) },
	}
}

// printed is what a command prints of a State.
func printed(w words.Words, s auth.State, command string) string {
	var out bytes.Buffer
	p := cli.Program{
		Out: &out, Err: &out, Words: w, Now: func() time.Time { return now },
		Homes:  func([]string) ([]string, error) { return []string{"/home/ada/.codex"}, nil },
		Status: func(context.Context, string) (cli.Report, error) { return cli.Report{State: s, Kept: true}, nil },
	}
	p.Run(context.Background(), []string{command})
	return out.String()
}
