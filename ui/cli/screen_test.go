package cli_test

import (
	"strings"
	"testing"

	"rekey/assets/lang"
	"rekey/auth"
	"rekey/ui/cli"
	"rekey/ui/words"
)

func TestScreen(t *testing.T) {
	tests := map[string]struct {
		terminal bool
		env      map[string]string
		want     bool
	}{
		"a terminal":           {true, map[string]string{"TERM": "xterm-256color"}, true},
		"a file":               {false, map[string]string{"TERM": "xterm-256color"}, false},
		"a dumb terminal":      {true, map[string]string{"TERM": "dumb"}, false},
		"not wanted":           {true, map[string]string{"NO_COLOR": "1"}, false},
		"an empty NO_COLOR":    {true, map[string]string{"NO_COLOR": ""}, true},
		"forced into a file":   {false, map[string]string{"CLICOLOR_FORCE": "1"}, true},
		"not forced":           {false, map[string]string{"CLICOLOR_FORCE": "0"}, false},
		"forced, not wanted":   {false, map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, false},
		"no TERM, as Windows'": {true, nil, true},
	}
	for name, tt := range tests {
		got := cli.NewScreen(tt.terminal, func(n string) string { return tt.env[n] })
		if got.Colour != tt.want || got.Terminal != tt.terminal || got.Rewrites != (tt.terminal && tt.env["TERM"] != "dumb") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// On a terminal lines are broken where words are, and the first is in colour.
func TestStatusOnATerminal(t *testing.T) {
	p := newTerminal()
	several(p, auth.StatusSignInRequired, auth.StatusSignedOut)
	p.OutScreen = cli.Screen{Terminal: true, Colour: true, Width: func() int { return 32 }}
	p.run(t, cli.ExitSignInRequired, "status")
	want := "\x1b[1m~/.codex-1\x1b[0m\n" +
		"  \x1b[1;31mSign in again: the refresh\x1b[0m\n  \x1b[1;31mtoken was already used\x1b[0m\n" +
		"  ada@example.com · Pro\n  Expired at 11:59\n  Cannot be refreshed: the\n  refresh token was already used\n" +
		"\x1b[1m~/.codex-2\x1b[0m\n  \x1b[2mNot signed in\x1b[0m\n"
	if p.out.String() != want {
		t.Errorf("it prints\n%q\nwant\n%q", &p.out, want)
	}
}

// A Chinese character fills two cells and may end a line, a comma may not begin one.
func TestStatusOnATerminalInChinese(t *testing.T) {
	p := newTerminal()
	p.Words = words.New(lang.For("zh-Hans"))
	several(p, auth.StatusSignInRequired)
	p.OutScreen = cli.Screen{Terminal: true, Width: func() int { return 20 }}
	p.run(t, cli.ExitSignInRequired, "status")
	whole := newTerminal()
	whole.Words = p.Words
	several(whole, auth.StatusSignInRequired)
	whole.run(t, cli.ExitSignInRequired, "status")
	if got, want := strings.ReplaceAll(p.out.String(), "\n", ""), strings.ReplaceAll(whole.out.String(), "\n", ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("it prints %q of %q", got, want)
	}
	broken := 0
	for line := range strings.Lines(p.out.String()) {
		broken++
		if strings.ContainsRune("，。：、", []rune(line)[0]) {
			t.Errorf("a line begins with a mark: %q", line)
		}
		cells := 0
		for _, r := range strings.TrimSpace(line) {
			cells++
			if r > 0x2e80 {
				cells++
			}
		}
		if cells > 21 { // an e-mail address is one word
			t.Errorf("%q fills %d cells", line, cells)
		}
	}
	if broken <= strings.Count(whole.out.String(), "\n") {
		t.Errorf("no line was broken:\n%s", &p.out)
	}
}

// A fact of the doctor's that does not fit goes on below itself.
func TestDoctorOnATerminal(t *testing.T) {
	p := newTerminal()
	p.OutScreen = cli.Screen{Terminal: true, Width: func() int { return 40 }}
	diagnosed(p)
	p.run(t, cli.ExitOK, "doctor")
	if want := "State (~/.codex)  Lent by another\n                  machine\n"; !strings.Contains(p.out.String(), want) {
		t.Errorf("it prints\n%s\nwant\n%s", &p.out, want)
	}
}
