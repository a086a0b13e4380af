package cli_test

import (
	"testing"

	"rekey/ui/cli"
)

func TestScreen(t *testing.T) {
	t.Parallel()
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
