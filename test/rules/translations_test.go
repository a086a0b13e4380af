package rules_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"

	"rekey/assets/lang"
	"rekey/assets/translations"
	"rekey/test/kit/must"
)

// catalogue are one language's messages by id.
type catalogue map[string]*i18n.Message

// catalogues are all there are, by language.
func catalogues(t *testing.T) map[string]catalogue {
	t.Helper()
	names := must.Get(fs.Glob(os.DirFS("assets/translations"), "*.toml"))(t)
	all := map[string]catalogue{}
	for _, name := range names {
		c, err := parseCatalogue(name, []byte(translations.Of(strings.TrimSuffix(name, ".toml"))))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[strings.TrimSuffix(name, ".toml")] = c
	}
	return all
}

func parseCatalogue(name string, text []byte) (catalogue, error) {
	file, err := i18n.ParseMessageFileBytes(text, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return nil, err
	}
	c := catalogue{}
	for _, m := range file.Messages {
		c[m.ID] = m
	}
	return c, nil
}

// TestFilesOfTranslationsAgree: every language has every message, whole.
func TestFilesOfTranslationsAgree(t *testing.T) {
	t.Parallel()
	all := catalogues(t)
	if got, want := slices.Sorted(maps.Keys(all)), slices.Sorted(slices.Values(lang.Languages())); !slices.Equal(got, want) {
		t.Fatalf("there are catalogues for %q, and the languages are %q", got, want)
	}
	for name, c := range all {
		for _, problem := range disagreements(name, all["en"], c) {
			t.Error(problem)
		}
	}
}

// needsOne are the languages with a form of their own for one thing; the others
// here have one form for all numbers.
var needsOne = map[string]bool{"en": true, "de": true, "es": true, "fr": true, "pt-BR": true}

// disagreements are what a language's catalogue lacks beside the English one,
// or has too much.
func disagreements(name string, english, c catalogue) (found []string) {
	report := func(id, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s.toml: %s "+format, append([]any{name, id}, args...)...))
	}
	for _, id := range slices.Sorted(maps.Keys(english)) {
		want, m := english[id], c[id]
		switch {
		case m == nil:
			report(id, "is missing")
			continue
		case m.Other == "":
			report(id, "is empty")
		case needsOne[name] != (m.One != "") && want.One != "":
			report(id, "does not have the forms that the language has")
		case m.Zero+m.Two+m.Few+m.Many != "":
			report(id, "has a form that the language does not have")
		}
		for _, text := range []string{m.One, m.Other} {
			if text == "" {
				continue
			}
			if _, err := template.New(id).Parse(text); err != nil {
				report(id, "cannot be filled in: %v", err)
			}
			if got, want := placeholders(text), placeholders(want.Other); !slices.Equal(got, want) {
				report(id, "has the placeholders %q, the English %q", got, want)
			}
			if strings.TrimSpace(text) != text && strings.TrimSpace(want.Other) == want.Other {
				report(id, "has space around it")
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c)) {
		if english[id] == nil && !strings.HasPrefix(id, "fault.") {
			report(id, "is not there in English")
		}
	}
	return found
}

var placeholder = regexp.MustCompile(`{{\.(\w+)}}`)

// placeholders are the names in a message, sorted, each once.
func placeholders(text string) []string {
	names := []string{}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestMessagesAreUsed: what the code says is in the catalogue, with the
// placeholders that the code fills in, and nothing else is there.
func TestMessagesAreUsed(t *testing.T) {
	t.Parallel()
	english, s := catalogues(t)["en"], readSources(t)
	for _, id := range slices.Sorted(maps.Keys(english)) {
		if !s.literals[id] && !s.literals[code(id)] {
			t.Errorf("nothing says %s", id)
		}
	}
	for _, said := range s.says {
		m := english[said.id]
		if m == nil {
			t.Errorf("%s says %s, which is not there", said.at, said.id)
		} else if want := placeholders(m.One + m.Other); !slices.Equal(said.names, want) {
			t.Errorf("%s fills in %q, the message %s has %q", said.at, said.names, said.id, want)
		}
	}
}

// TestFaultsAreTranslated: every language but English, which the code itself
// speaks, has a message for each fault, with the same placeholders, and for
// nothing else.
func TestFaultsAreTranslated(t *testing.T) {
	t.Parallel()
	s, all := readSources(t), catalogues(t)
	for name, c := range all {
		if name == "en" {
			continue
		}
		for _, f := range s.faults {
			m := c["fault."+f.id]
			if m == nil {
				t.Errorf("%s: %s.toml has no message fault.%s", f.at, name, f.id)
			} else if got := placeholders(m.Other); f.names != nil && !slices.Equal(got, f.names) {
				t.Errorf("%s.toml: fault.%s has the placeholders %q, the code %q", name, f.id, got, f.names)
			}
		}
		for id := range c {
			code, ok := strings.CutPrefix(id, "fault.")
			if ok && !s.literals[code] {
				t.Errorf("%s.toml: no fault has the code %s", name, code)
			}
		}
	}
}

// code is the part of an id that the code of the program knows, where faces
// make the id of it: of what the doctor finds, of a setting, of a command and of what went wrong.
func code(id string) string {
	for _, suffix := range []string{".what", ".do", ".short", ".long", ".example"} {
		id = strings.TrimSuffix(id, suffix)
	}
	for _, prefix := range []string{"finding.", "doctor.fact.", "doctor.word.", "doctor.part.", "setting.", "setting_default.",
		"reason.", "activity.", "sign_in.", "action.", "loan_fault.", "plan_usage_problem."} {
		id = strings.TrimPrefix(id, prefix)
	}
	return id
}

// Where Chinese meets Latin: a space between a character and a letter, a number
// or a placeholder, and the wide marks of Chinese beside characters.
var (
	unspaced = regexp.MustCompile(`\p{Han}(?:[A-Za-z0-9]|{{)|(?:[A-Za-z0-9]|}})\p{Han}`)
	narrow   = regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!()]\p{Han}`)
)

// dates are the tables of what is written without spaces: 12月3日.
var dates = []string{"clock", "day", "month"}

func TestChineseTypography(t *testing.T) {
	for id, m := range catalogues(t)["zh-Hans"] {
		if found := narrow.FindString(m.Other); found != "" {
			t.Errorf("%s: %q has a narrow mark", id, found)
		}
		if found := unspaced.FindString(m.Other); found != "" && !slices.Contains(dates, table(id)) {
			t.Errorf("%s: %q has no space", id, found)
		}
	}
	for _, bad := range []string{"登录,再试", "登录(已过期", "Codex登录", "登录Codex", "登录{{.X}}", "3天"} {
		if !narrow.MatchString(bad) && !unspaced.MatchString(bad) {
			t.Errorf("%q is not found", bad)
		}
	}
}

// flag is a flag in a text, and gap a French mark behind a space at which a line
// may break.
var (
	flag = regexp.MustCompile(`--[a-z][a-z-]*`)
	gap  = regexp.MustCompile(`[ ][;:!?»](?:[ \n]|$)|«[ ]`)
)

// TestTextsNameTheSameFlags finds the translation that was forgotten when the
// English learned another flag.
func TestTextsNameTheSameFlags(t *testing.T) {
	flags := func(text string) []string {
		return slices.Compact(slices.Sorted(slices.Values(flag.FindAllString(text, -1))))
	}
	all := catalogues(t)
	for name, c := range all {
		for id, m := range all["en"] {
			if c[id] == nil {
				continue // TestFilesOfTranslationsAgree says so
			}
			if want, got := flags(m.Other), flags(c[id].Other); !slices.Equal(got, want) {
				t.Errorf("%s.toml: %s names %q, in English %q", name, id, got, want)
			}
		}
	}
}

func TestFrenchTypography(t *testing.T) {
	for id, m := range catalogues(t)["fr"] {
		if found := gap.FindString(m.Other); found != "" {
			t.Errorf("%s: %q needs a no-break space", id, found)
		}
	}
}

// table is the first part of an id.
func table(id string) string {
	name, _, _ := strings.Cut(id, ".")
	return name
}
