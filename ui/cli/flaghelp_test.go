package cli

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"rekey/assets/lang"
	"rekey/ui/words"
)

// TestFlagsInLine: English is pflag's own table; in Chinese every text begins
// in the same column of a terminal.
func TestFlagsInLine(t *testing.T) {
	for _, language := range lang.Languages() {
		p := &Program{Version: "test", Words: words.New(lang.For(language))}
		root := p.root()
		p.describe(root)
		for _, cmd := range append(root.Commands(), root) {
			for _, set := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.InheritedFlags()} {
				got := p.flagUsages(set)
				if want := strings.TrimRight(set.FlagUsages(), "\n"); language == "en" && got != want {
					t.Errorf("%s:\n%s\nwant\n%s", cmd.Name(), got, want)
				}
				column := 0
				for _, line := range strings.Split(got, "\n") {
					m := flagLine().FindStringSubmatchIndex(line)
					if m == nil {
						continue
					}
					if at := cells(line[:m[4]]); column != 0 && at != column {
						t.Errorf("%s, %s: a text begins in column %d, another in %d:\n%s", language, cmd.Name(), at, column, got)
					} else {
						column = at
					}
					if language != "en" && strings.Contains(line, "default") {
						t.Errorf("%s: %q is not all translated", cmd.Name(), line)
					}
				}
			}
		}
	}
}

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "登录": 4, "（a）": 5, "、": 2, "é…": 2} {
		if got := cells(text); got != want {
			t.Errorf("cells(%q) = %d, want %d", text, got, want)
		}
	}
}
