package lang

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"

	"rekey/assets/translations"
	"rekey/test/kit/must"
)

// TestSaysWhatGoI18nSays: the files are go-i18n's, and every message of theirs
// reads as that library has it, whatever is counted.
func TestSaysWhatGoI18nSays(t *testing.T) {
	t.Parallel()
	for _, name := range Languages() {
		text := []byte(translations.Of(name))
		bundle := i18n.NewBundle(language.MustParse(name))
		bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
		whole := must.Get(bundle.ParseMessageFileBytes(text, name+".toml"))(t)
		theirs, ours := i18n.NewLocalizer(bundle, name), For(name)
		for _, m := range whole.Messages {
			if m.LeftDelim != "" || m.Other == "" {
				t.Errorf("%s: %s is not a plain message", name, m.ID)
			}
			var pairs []string
			data := map[string]string{}
			for _, p := range regexp.MustCompile(`\{\{\.(\w+)\}\}`).FindAllStringSubmatch(m.Zero+m.One+m.Two+m.Few+m.Many+m.Other, -1) {
				data[p[1]] = "x"
				pairs = append(pairs, p[1], "x")
			}
			want, _ := theirs.Localize(&i18n.LocalizeConfig{MessageID: m.ID, TemplateData: data})
			if got := ours.Say(m.ID, pairs...); want == "" || got != want {
				t.Errorf("%s: %s is %q, want %q", name, m.ID, got, want)
			}
			for _, n := range []int{0, 1, 2, 3, 5, 11, 21, 22, 100, 101, 1000, 1_000_000} {
				data["Count"] = strconv.Itoa(n)
				want, _ := theirs.Localize(&i18n.LocalizeConfig{MessageID: m.ID, TemplateData: data, PluralCount: n})
				if got := ours.Count(m.ID, n, pairs...); want == "" || got != want {
					t.Errorf("%s: %s for %d is %q, want %q", name, m.ID, n, got, want)
				}
			}
		}
	}
}

// BenchmarkFirst is what a command pays for its first words.
func BenchmarkFirst(b *testing.B) {
	for b.Loop() {
		For("zh_CN.UTF-8").Say("state.signed_out")
	}
}

// BenchmarkSay is what a text costs later.
func BenchmarkSay(b *testing.B) {
	p := For("en")
	for b.Loop() {
		p.Say("state.refused", "Why", "the sign-in was revoked")
	}
}

func TestTable(t *testing.T) {
	const file = "# a comment\n[a]\nx = \"1\"\n[ab]\n[b.c]\ny = \"\"\"\nno [head]\n\"\"\"\n[b]\n[a.e]\n"
	want := map[string]string{
		"a":  "[a]\nx = \"1\"\n[a.e]\n\n",
		"ab": "[ab]\n",
		"b":  "[b.c]\ny = \"\"\"\nno [head]\n\"\"\"\n[b]\n",
		"c":  "",
		"e":  "",
	}
	for name, text := range want {
		if got := string(table(file, name)); got != text {
			t.Errorf("table %q is %q, want %q", name, got, text)
		}
	}
}
