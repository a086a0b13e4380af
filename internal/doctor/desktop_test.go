package doctor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"rekey/auth/agent"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestTitleBars(t *testing.T) {
	r := newRig(t)
	must.Do(t, r.decorated("libdecor-0.so.0", "libdecor/plugins-1/libdecor-cairo.so"))
	if got := codes(Collect(t.Context(), r.Inputs)); slices.Contains(got, FindNoTitleBar) {
		t.Errorf("libdecor is installed with a plugin, and the findings are %v", got)
	}
}

// starting is a desktop's setting that is on.
type starting struct{}

func (starting) Enabled() (bool, error) { return true, nil }

func (starting) File() string { return "" }

func (starting) Set(bool) error { return nil }

// An autostart entry is no start on a desktop that runs none.
func TestAutostartOnSway(t *testing.T) {
	t.Parallel()
	for desktop, want := range map[string]bool{"sway": true, "KDE": false} {
		r := newRig(t)
		r.Autostart = starting{}
		getenv := r.Getenv
		r.Getenv = func(name string) string {
			if name == "XDG_CURRENT_DESKTOP" {
				return desktop
			}
			return getenv(name)
		}
		if got := codes(Collect(t.Context(), r.Inputs)); slices.Contains(got, FindNoAutostart) != want {
			t.Errorf("on %s the findings are %v", desktop, got)
		}
	}
}

func TestTheAgentThatRuns(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := agent.Open(r.Homes[0])
	a := must.Get(h.Become(t.Context(), "1.2.3"))(t)
	report := Collect(t.Context(), r.Inputs)
	if value(report, FactAgent) != "silent" || !slices.Contains(codes(report), FindMuteAgent) {
		t.Errorf("one that does not listen: %+v", report)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := kit.Later(func() error { return a.Run(ctx) })
	defer func() {
		cancel()
		if err := errors.Join(<-ran, a.Close(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	kit.Eventually(t, "the agent's version", func() bool {
		report = Collect(t.Context(), r.Inputs)
		return value(report, FactAgent) == "1.2.3"
	})
	if got := codes(report); slices.Contains(got, FindMuteAgent) || slices.Contains(got, FindOtherAgent) {
		t.Errorf("the findings are %v", got)
	}
	r.Version.Number = "1.2.4"
	if report = Collect(t.Context(), r.Inputs); !slices.Contains(codes(report), FindOtherAgent) {
		t.Errorf("another version: %v", report.Findings)
	}
}

// A keyring that does not answer is found, whether it is the only place or not.
func TestTheKeyring(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the other systems' keyrings are there")
	}
	for kind, want := range map[string]string{"keyring": FindUnreadable, "auto": FindKeyring} {
		r := newRig(t)
		r.Homes[0].Store.BusAddress = "unix:path=" + filepath.Join(r.root, "no-bus")
		must.Do(t, r.home.WriteConfig(fmt.Sprintf("cli_auth_credentials_store = %q", kind)))
		report := Collect(t.Context(), r.Inputs)
		if value(report, FactStore) != kind || value(report, FactKeyring) == "" || value(report, FactKeyring) == "reachable" || !slices.Contains(codes(report), want) {
			t.Errorf("%s: %+v", kind, report)
		}
	}
}

func TestClean(t *testing.T) {
	c := newCleaner(Inputs{UserHome: "/home/ada", User: "ada", Host: "engine.example.org"})
	for text, want := range map[string]string{
		"":                                           "",
		"/home/ada/.codex":                           "~/.codex",
		"/home/ada":                                  "~",
		"open /home/ada: no":                         "open ~: no",
		"/home/adam/.codex":                          "/home/adam/.codex",
		"/home/ada2 and /home/ada/x":                 "/home/ada2 and ~/x",
		"ada@example.com · Pro":                      "a…@e… · Pro",
		"<grace.hopper@navy.mil>, ok":                "<g…@n…>, ok",
		"mail=é@ü.example":                           "mail=é…@ü…",
		"http://ada:secret@proxy:3128":               "http://proxy:3128",
		"socks5://tok@proxy":                         "socks5://proxy",
		"the machine engine is ENGINE":               "the machine [name] is [name]",
		"engine.example.org":                         "[name]",
		"ada ada, canada":                            "[name] [name], canada",
		"token eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl end": "token [redacted] end",
		"sk-proj-0123456789 and rt-abcdefghij":       "[redacted] and [redacted]",
		"0123456789abcdef0123456789abcdef":           "[redacted]",
		"codex-cli 0.169.0":                          "codex-cli 0.169.0",
		"state/184b6f370f6b30ef/rekey.log":           "state/184b6f370f6b30ef/rekey.log",
		"\xff":                                       "\ufffd",
	} {
		if got := c.text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	// A name that is one of Rekey's own words would tell nothing, and hide much.
	plain := newCleaner(Inputs{UserHome: "/", User: "codex", Host: "x"})
	if got := plain.text("the codex of /srv/codex on x"); got != "the codex of /srv/codex on x" {
		t.Errorf("it becomes %q", got)
	}
}
