package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"rekey/assets/lang"
	"rekey/ui/words"
)

func TestReflow(t *testing.T) {
	screen := Screen{Terminal: true, Width: func() int { return 24 }}
	for _, tt := range []struct {
		language   string
		examples   bool
		text, want string
	}{
		{"en", false, "One two three four five\nsix seven eight.\n\nNine.", "One two three four five\nsix seven eight.\n\nNine."},
		{"en", false, "One two three four five six\nseven eight.", "One two three four five\nsix seven eight."},
		{"en", false, "Codes:\n  5  try again later, please\n     do\n  6  no", "Codes:\n  5  try again later,\n     please do\n  6  no"},
		{"en", false, "  key = value\n      what that is there for\n      one of a, b", "  key = value\n      what that is there\n      for\n      one of a, b"},
		{"en", false, "  --a-long-flag  what it is for", "  --a-long-flag\n        what it is for"},
		{"en", true, "  run this long command now\n  run a  what it is for", "  run this long command now\n  run a  what it is for"},
		{"zh-Hans", false, "甲乙\n丙丁", "甲乙丙丁"},
		{"zh-Hans", false, "甲乙\nRekey，\nCodex", "甲乙 Rekey，Codex"},
		{"ja", false, "このホームの\nRekeyが\n動作", "このホームのRekeyが動作"},
		{"ja", false, "一二三四五六七八九十一(二三)", "一二三四五六七八九十一\n(二三)"},
		{"ko", false, "다른 프로그램이 가나다라마\n바사", "다른 프로그램이\n가나다라마 바사"},
	} {
		if got := screen.reflow(tt.text, tt.language, tt.examples); got != tt.want {
			t.Errorf("%s: %q is\n%s\nwant\n%s", tt.language, tt.text, got, tt.want)
		}
		if got := (Screen{}).reflow(tt.text, tt.language, tt.examples); got != tt.text {
			t.Errorf("%q is %q where it is no terminal", tt.text, got)
		}
	}
}

// TestHelpFits: nothing but what is to be copied is wider than a terminal.
func TestHelpFits(t *testing.T) {
	for _, language := range lang.Languages() {
		for _, columns := range []int{60, 80} {
			p := &Program{Version: "test", Words: words.New(lang.For(language))}
			p.OutScreen = Screen{Terminal: true, Width: func() int { return columns }}
			root := p.root()
			p.describe(root)
			for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
				for line := range strings.Lines(p.reflow(cmd.Long, false) + "\n" + p.usage(cmd)) {
					line = strings.TrimRight(line, "\n")
					if cells(line) > columns && !strings.Contains(cmd.Example, line) {
						t.Errorf("%s, %s: wider than %d:\n%s", language, cmd.Name(), columns, line)
					}
				}
			}
		}
	}
}
