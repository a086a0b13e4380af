package lang_test

import (
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"

	"rekey/assets/lang"
	"rekey/assets/translations"
)

// TestEveryMessageIsFound: reading a file table by table finds what reading it
// as a whole finds.
func TestEveryMessageIsFound(t *testing.T) {
	t.Parallel()
	for _, name := range lang.Languages() {
		text, err := translations.Files.ReadFile(name + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		whole, err := i18n.ParseMessageFileBytes(text, name+".toml", map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
		if err != nil {
			t.Fatal(err)
		}
		p := lang.For(name)
		for _, m := range whole.Messages {
			if m.LeftDelim != "" || m.Other == "" {
				t.Errorf("%s: %s is not a plain message", name, m.ID)
			}
			if got := p.Say(m.ID); got == m.ID || got == "" {
				t.Errorf("%s: %s is not found", name, m.ID)
			}
		}
	}
}

// BenchmarkFirst is what a command pays for its first words.
func BenchmarkFirst(b *testing.B) {
	for b.Loop() {
		lang.For("zh_CN.UTF-8").Say("state.signed_out")
	}
}

// BenchmarkSay is what a text costs later.
func BenchmarkSay(b *testing.B) {
	p := lang.For("en")
	for b.Loop() {
		p.Say("state.refused", "Why", "the sign-in was revoked")
	}
}
