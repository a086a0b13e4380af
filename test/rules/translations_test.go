package rules_test

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"unicode"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"

	"rekey/assets/lang"
	"rekey/assets/translations"
)

// catalogue are one language's messages by id.
type catalogue map[string]*i18n.Message

// catalogues are all there are, by language.
func catalogues(t *testing.T) map[string]catalogue {
	t.Helper()
	names, err := fs.Glob(translations.Files, "*.toml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]catalogue{}
	for _, name := range names {
		text, err := translations.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := parseCatalogue(name, text)
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
	if got, want := slices.Sorted(maps.Keys(all)), lang.Languages(); !slices.Equal(got, want) {
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
var needsOne = map[string]bool{"en": true}

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
		if english[id] == nil {
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
	english := catalogues(t)["en"]
	used, sections := map[string]bool{}, map[string]bool{}
	for id := range english {
		sections[section(id)] = true
	}
	for _, source := range goSources(t) {
		for _, text := range source.literals {
			used[text] = true
			if source.isFace() && id.MatchString(text) && sections[section(text)] && english[text] == nil {
				t.Errorf("%s names the message %s, which is not there", source.name, text)
			}
		}
		for _, problem := range source.wrongCalls(english) {
			t.Error(problem)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(english)) {
		if !used[id] && !strings.HasPrefix(id, "fault.") {
			t.Errorf("nothing says %s", id)
		}
	}
}

// id is what the name of a message looks like.
var id = regexp.MustCompile(`^[a-z_]+(?:\.[a-z_]+)+$`)

// section is the part of an id that many have in common.
func section(id string) string {
	name, _, _ := strings.Cut(id, ".")
	return name
}

// TestFaultsAreFound: the English of a fault is what the code says, to the
// letter, else nobody would recognise it.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	var said []string
	for _, source := range goSources(t) {
		said = append(said, source.literals...)
	}
	all, seen := strings.Join(said, "\x00"), map[string]string{}
	for id, m := range catalogues(t)["en"] {
		if !strings.HasPrefix(id, "fault.") || strings.HasPrefix(id, "fault.setting.words_") || strings.HasPrefix(id, "fault.flag_") {
			continue // or a list that the code puts together, or what Go's package flag says
		}
		if other := seen[m.Other]; other != "" {
			t.Errorf("%s and %s are the same", id, other)
		}
		seen[m.Other] = id
		for _, part := range placeholder.Split(m.Other, -1) {
			if part = strings.Trim(part, " :;()"); part != "" && !strings.Contains(all, part) {
				t.Errorf("%s: nothing says %q", id, part)
			}
		}
	}
}

// TestErrorsAreTranslated: every error of the parts whose errors people see is
// known to the catalogue.
func TestErrorsAreTranslated(t *testing.T) {
	t.Parallel()
	chinese, found := lang.For("zh-Hans"), map[string]bool{}
	for _, source := range goSources(t) {
		if !slices.ContainsFunc(shownErrors, func(dir string) bool { return matches(dir, source.dir()) }) {
			continue
		}
		for _, e := range source.errors {
			found[e.text] = true
			if !known(chinese, e.text) && unseen[e.text] == "" {
				t.Errorf("%s: %q is not in the catalogue (as fault.…)", e.at, e.text)
			}
		}
	}
	for text := range unseen {
		if !found[text] {
			t.Errorf("nothing says %q any more", text)
		}
	}
}

// known reports whether the catalogue knows an error's text, whatever stands in
// it. One that begins with its verb is about a field whose name goes before it.
func known(p lang.Printer, text string) bool {
	text = verb.ReplaceAllString(text, "4711")
	if !strings.ContainsFunc(text, unicode.IsLetter) {
		return true // made of others
	}
	return p.Translate(text) != text || p.Translate("4711 "+text) != "4711 "+text
}

var verb = regexp.MustCompile(`%[-+# 0]*\d*[a-z]`)

// shownErrors are the packages whose errors reach a person.
var shownErrors = []string{
	"app", "auth", "auth/authority", "auth/login", "auth/store", "auth/agent", "auth/appserver",
	"internal/autostart", "internal/config", "internal/doctor", "internal/hook", "internal/logfile", "internal/proc",
	"internal/sessionbus", "ui/window/display", "ui/window/rekey-window", "ui/tray", "ui/cli", "ui/window",
}

// unseen are errors that nobody sees as they are, and why.
var unseen = map[string]string{
	// Known by what stands in them.
	"the ID token %w":                   "fault.field_…",
	"id_token %w":                       "fault.field_…",
	"forced_login_method: %w":           "the rest is known",
	"%w, it is in %s: %w":               "fault.is_in",
	"%w (%d bytes, %d are allowed): %s": "fault.socket_path_bytes",
	"%v is %v":                          "fault.setting.value",
	"%sit answered %d (%s)":             "fault.exchange",
	"%sit answered %d":                  "fault.exchange",
	"ports %v on this machine are in use by other programs": "fault.ports_busy",

	// Handled, or only logged.
	"exit code %d":                                     "is not printed",
	"only looked":                                      "the end of a second look",
	"not a table of sockets":                           "leaves a check out",
	"%w: %d bytes of address":                          "leaves a check out",
	"the item does not exist":                          "stands for no credential",
	"there is no key for the escrow":                   "the answer is then kept openly",
	"the keyring does not tell when it changes":        "it is then looked at",
	"%w with a default keyring":                        "as no keyring",
	"the reason %q is not remembered beyond a process": "a mistake in the code",
	"no store is called %q":                            "the configuration was checked before",

	// Said to programs, over app-server.
	"the host program gave no new tokens":           "in English",
	"the host program's answer cannot be read":      "in English",
	"the host program answered for another account": "in English",
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
	t.Parallel()
	for id, m := range catalogues(t)["zh-Hans"] {
		if found := narrow.FindString(m.Other); found != "" {
			t.Errorf("%s: %q has a narrow mark", id, found)
		}
		if found := unspaced.FindString(m.Other); found != "" && !slices.Contains(dates, section(id)) {
			t.Errorf("%s: %q has no space", id, found)
		}
	}
	for _, bad := range []string{"登录,再试", "登录(已过期", "Codex登录", "登录Codex", "登录{{.X}}", "3天"} {
		if !narrow.MatchString(bad) && !unspaced.MatchString(bad) {
			t.Errorf("%q is not found", bad)
		}
	}
}
