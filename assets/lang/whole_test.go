package lang

import (
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"

	"rekey/assets/translations"
)

// TestEveryMessageIsFound: reading a file table by table finds what reading it
// as a whole finds.
func TestEveryMessageIsFound(t *testing.T) {
	t.Parallel()
	for _, name := range Languages() {
		text, err := translations.Files.ReadFile(name + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		whole, err := i18n.ParseMessageFileBytes(text, name+".toml", map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
		if err != nil {
			t.Fatal(err)
		}
		p := For(name)
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

func TestTables(t *testing.T) {
	t.Parallel()
	const file = "# a comment\nlonely = \"x\"\n[a]\nx = \"1\"\n[b.c]\ny = \"\"\"\n[no head]\n\"\"\"\n[b]\nz = '''\n[d]\n'''\n[a.e]\n"
	want := map[string]string{
		"":  "# a comment\nlonely = \"x\"\n",
		"a": "[a]\nx = \"1\"\n[a.e]\n",
		"b": "[b.c]\ny = \"\"\"\n[no head]\n\"\"\"\n[b]\nz = '''\n[d]\n'''\n",
	}
	got := tables([]byte(file))
	for name, text := range want {
		if string(got[name]) != text {
			t.Errorf("table %q is %q, want %q", name, got[name], text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("there are %d tables, want %d", len(got), len(want))
	}
}
