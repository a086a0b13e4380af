package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

func TestStatusInWords(t *testing.T) {
	for status, want := range map[auth.Status][]string{
		auth.StatusHealthy:        {"ada@example.com · Pro", "Works until 15:00 (in 3 h)", "Refreshes at 14:30"},
		auth.StatusSignedOut:      {"Not signed in"},
		auth.StatusAPIKey:         {"Using an API key"},
		auth.StatusExpiring:       {"Works until 15:00, then sign in again", "ada@example.com · Pro", "Works until 15:00 (in 3 h)", "Cannot be refreshed: the refresh token was already used"},
		auth.StatusSignInRequired: {"Sign in again: the refresh token was already used", "ada@example.com · Pro", "Expired at 11:59", "Cannot be refreshed: the refresh token was already used"},
		auth.StatusUnreadable:     {"Cannot read auth.json: it is not valid JSON", "ada@example.com · Pro"},
	} {
		t.Run(string(status), func(t *testing.T) {
			p := newTerminal()
			p.Status = func(context.Context, string) (cli.Report, error) { return report(status), nil }
			p.run(t, cli.ExitCode(status), "status")
			if got := strings.Split(strings.TrimSuffix(p.out.String(), "\n"), "\n"); !slices.Equal(got, want) {
				t.Errorf("it prints\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// What a token claims is written by others, and the terminal obeys characters.
func TestStatusSteersNoTerminal(t *testing.T) {
	r := healthy()
	r.State.Email = "ada\x1b]0;owned\x07\n\u202e@example.com"
	for _, args := range [][]string{{"status"}, {"status", "--json"}} {
		p := newTerminal()
		p.Status = func(context.Context, string) (cli.Report, error) { return r, nil }
		p.run(t, cli.ExitOK, args...)
		if strings.ContainsAny(p.out.String(), "\x1b\x07") {
			t.Errorf("%v prints control characters: %q", args, &p.out)
		}
	}
}

// full is a State in which no field is left out.
func full(t *testing.T) auth.State {
	t.Helper()
	var st auth.State
	v := reflect.ValueOf(&st).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x")
			if f.Type() == reflect.TypeFor[auth.Cause]() {
				f.SetString(string(auth.CauseOf(errors.New("x"))))
			}
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Struct:
			if f.Type() == reflect.TypeFor[auth.SignInProgress]() {
				f.Set(reflect.ValueOf(auth.SignInProgress{Method: auth.SignInDevice}))
				continue
			}
			if f.Type() == reflect.TypeFor[auth.Loans]() {
				f.Set(reflect.ValueOf(auth.Loans{Count: 1}))
				continue
			}
			if f.Type() == reflect.TypeFor[auth.Attempt]() {
				f.Set(reflect.ValueOf(auth.Attempt{At: noon, Outcome: auth.AttemptFailed}))
				continue
			}
			f.Set(reflect.ValueOf(noon))
		default:
			t.Fatalf("a field of kind %v is new here", f.Kind())
		}
	}
	return st
}

func TestStatusInJSON(t *testing.T) {
	p := newTerminal()
	p.Now = func() time.Time { return noon.In(time.FixedZone("far away", 5*60*60)) }
	p.run(t, cli.ExitOK, "status", "--json")
	var got struct {
		Schema int
		At     string
		Home   string
		State  auth.State
	}
	decoder := json.NewDecoder(&p.out)
	decoder.DisallowUnknownFields()
	must.Do(t, decoder.Decode(&got))
	if got.Schema != 1 || got.At != "2026-03-23T12:00:00Z" || got.Home != home || got.State != healthy().State {
		t.Errorf("it prints %+v", got)
	}
	if decoder.More() {
		t.Error("it prints more than one value")
	}
}

// The page tells the name of every member, and no name that is not one.
func TestJSONIsDocumented(t *testing.T) {
	page := files.Read(t, "../../docs/json.md")
	start := bytes.Index(page, []byte("`rekey status --json` prints"))
	if start < 0 {
		t.Fatal("the page does not tell what rekey status --json prints")
	}
	paragraph, _, _ := strings.Cut(string(page[start:]), "\n\n")
	documented := make(map[string]bool)
	for _, name := range regexp.MustCompile("`([a-zA-Z_]+)`|\"([a-z]+)\":").FindAllStringSubmatch(paragraph, -1) {
		documented[name[1]+name[2]] = true
	}

	p := newTerminal()
	p.Status = func(context.Context, string) (cli.Report, error) {
		return cli.Report{Home: home, State: full(t), Kept: true}, nil
	}
	p.Run(t.Context(), []string{"status", "--json"})
	var whole, state map[string]json.RawMessage
	must.Do(t, json.Unmarshal(p.out.Bytes(), &whole))
	must.Do(t, json.Unmarshal(whole["state"], &state))
	printed := make(map[string]bool)
	for name := range maps.Keys(whole) {
		printed[name] = true
	}
	for name := range maps.Keys(state) {
		printed[name] = true
	}
	for _, status := range auth.Statuses() {
		printed[string(status)] = true
	}
	for _, r := range []auth.Refreshability{auth.RefreshableYes, auth.RefreshableUnknown, auth.RefreshableNo} {
		printed[string(r)] = true
	}
	for name := range printed {
		if !documented[name] {
			t.Errorf("the page does not name %s", name)
		}
	}
	for name := range documented {
		if !printed[name] {
			t.Errorf("the page names %s, which is never printed", name)
		}
	}
}

// A reader that has gone is an error like any other.
func TestStatusCannotBeWritten(t *testing.T) {
	for _, args := range [][]string{{"status"}, {"status", "--json"}, {"refresh"}} {
		p := newTerminal()
		p.Out = deaf{}
		p.run(t, cli.ExitFailure, args...)
		p.wantSentence(t, "something else")
	}
}

// deaf takes nothing.
type deaf struct{}

// Write implements io.Writer.
func (deaf) Write([]byte) (int, error) { return 0, errOther }

// What no running Rekey keeps does not refresh by itself, and text says so; the
// preference in JSON stays what it is.
func TestNobodyKeepsIt(t *testing.T) {
	for _, tt := range []struct {
		status auth.Status
		kept   bool
		says   string
	}{
		{auth.StatusHealthy, true, "Refreshes at 14:30"},
		{auth.StatusHealthy, false, "Not kept fresh by Rekey"},
		{auth.StatusWaiting, true, "Offline: refreshes when back online"},
		{auth.StatusWaiting, false, "Offline: not refreshed"},
	} {
		for _, args := range []string{"status", "homes", "status --json"} {
			p := newTerminal()
			p.Status = func(context.Context, string) (cli.Report, error) {
				r := report(tt.status)
				r.Kept = tt.kept
				return r, nil
			}
			p.Run(t.Context(), strings.Fields(args))
			silent := args == "homes" && tt.status == auth.StatusHealthy // only the first line
			if args == "status --json" {
				tt.says = `"keepFresh": true`
			}
			if !silent && !strings.Contains(p.out.String(), tt.says) {
				t.Errorf("rekey %s, %s, kept %t: %s", args, tt.status, tt.kept, &p.out)
			}
		}
	}
}
