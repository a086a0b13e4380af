package rules_test

import (
	"slices"
	"strings"
	"testing"

	"rekey/assets/lang"
)

func parsed(t *testing.T, name, text string) catalogue {
	t.Helper()
	c, err := parseCatalogue(name+".toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDisagreementsAreFound(t *testing.T) {
	t.Parallel()
	const english = "[a]\nplain = \"x\"\nfilled = \"{{.N}} x\"\nmore.one = \"{{.Count}} day\"\nmore.other = \"{{.Count}} days\"\n"
	tests := []struct{ name, language, text, want string }{
		{"the same", "zh-Hans", "[a]\nplain = \"甲\"\nfilled = \"甲 {{.N}}\"\nmore = \"{{.Count}} 天\"\n", ""},
		{"missing", "zh-Hans", "[a]\nfilled = \"{{.N}}\"\nmore = \"{{.Count}}\"\n", "zh-Hans.toml: a.plain is missing"},
		{"empty", "zh-Hans", "[a]\nplain = \"\"\nfilled = \"{{.N}}\"\nmore = \"{{.Count}}\"\n", "zh-Hans.toml: a.plain is empty"},
		{"too much", "zh-Hans", "[a]\nplain = \"甲\"\nfilled = \"{{.N}}\"\nmore = \"{{.Count}}\"\nnew = \"乙\"\n", "zh-Hans.toml: a.new is not there in English"},
		{"another placeholder", "zh-Hans", "[a]\nplain = \"甲\"\nfilled = \"{{.M}}\"\nmore = \"{{.Count}}\"\n", `zh-Hans.toml: a.filled has the placeholders ["M"], the English ["N"]`},
		{"no placeholder", "zh-Hans", "[a]\nplain = \"甲\"\nfilled = \"甲\"\nmore = \"{{.Count}}\"\n", `zh-Hans.toml: a.filled has the placeholders [], the English ["N"]`},
		{"a broken one", "zh-Hans", "[a]\nplain = \"{{甲\"\nfilled = \"{{.N}}\"\nmore = \"{{.Count}}\"\n", "zh-Hans.toml: a.plain cannot be filled in"},
		{"space", "zh-Hans", "[a]\nplain = \"甲 \"\nfilled = \"{{.N}}\"\nmore = \"{{.Count}}\"\n", "zh-Hans.toml: a.plain has space around it"},
		{"a form too many", "zh-Hans", "[a]\nplain = \"甲\"\nfilled = \"{{.N}}\"\n[a.more]\none = \"{{.Count}}\"\nother = \"{{.Count}}\"\n", "zh-Hans.toml: a.more does not have the forms"},
		{"a form too few", "en", "[a]\nplain = \"x\"\nfilled = \"{{.N}} x\"\nmore = \"{{.Count}} days\"\n", "en.toml: a.more does not have the forms"},
	}
	for _, tt := range tests {
		found := disagreements(tt.language, parsed(t, "en", english), parsed(t, tt.language, tt.text))
		if got := strings.Join(found, "\n"); got != tt.want && (tt.want == "" || !strings.HasPrefix(got, tt.want) || len(found) > 1) {
			t.Errorf("%s: found %q, want %q", tt.name, got, tt.want)
		}
	}
	if _, err := parseCatalogue("en.toml", []byte("[a\n")); err == nil {
		t.Error("a file that is no TOML is accepted")
	}
}

// face is a file in which some strings are for people.
const face = `package p

import "fmt"

type T struct {
	F string ` + "`json:\"Some thing\"`" + `
}

const label = "Sign in"

var errThing = errors.New("this thing broke")

func (t T) Error() string { return "The thing: " + t.F }

func f(w words, log logger) {
	w.Say("a.plain")
	w.Say("a.filled", "N", "two words")
	w.Say("a.filled", "M", x)
	w.Say("a.gone")
	w.Count("a.more", 3)
	p.misuse("a.filled", "N", x)
	p.misuse("a.filled", "O", x)
	w.Count("a.more", 3, "N", x)
	log.Warn("Some thing happened", "Key", v)
	t.opts.Log.Error("Another thing happened", "error", err)
	os.Getenv("Some Variable")
	if x == "Some value" {
		fmt.Errorf("that %s broke", "Loud noise")
	}
	switch x {
	case "Other value":
		fmt.Println("hello there " + y)
	}
	fmt.Println("lower", "path/to/Some.thing", "CODEX_HOME", "A", "Refresh", "%d of %d")
}
`

func TestWordsPastTheCatalogueAreFound(t *testing.T) {
	t.Parallel()
	source, err := readSource("p.go", []byte(face))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range source.words {
		if readable(w.text) {
			got = append(got, w.text)
		}
	}
	want := []string{"Sign in", "two words", "Loud noise", "hello there ", "Refresh"}
	if !slices.Equal(got, want) {
		t.Errorf("words = %q, want %q", got, want)
	}
	var errs []string
	for _, e := range source.errors {
		errs = append(errs, e.text)
	}
	if want := []string{"this thing broke", "The thing: %v", "that %s broke"}; !slices.Equal(errs, want) {
		t.Errorf("errors = %q, want %q", errs, want)
	}
	if _, err := readSource("p.go", []byte("not Go")); err == nil {
		t.Error("a file that is no Go is accepted")
	}
}

func TestWrongCallsAreFound(t *testing.T) {
	t.Parallel()
	source, err := readSource("p.go", []byte(face))
	if err != nil {
		t.Fatal(err)
	}
	english := parsed(t, "en", "[a]\nplain = \"x\"\nfilled = \"{{.N}} x\"\nmore.one = \"{{.Count}} day\"\nmore.other = \"{{.Count}} days\"\n")
	got := source.wrongCalls(english)
	want := []string{
		`p.go:18:2: a.filled has the placeholders ["N"], not ["M"]`,
		`p.go:19:2: there is no message "a.gone"`,
		`p.go:22:2: a.filled has the placeholders ["N"], not ["O"]`,
		`p.go:23:2: a.more has the placeholders ["Count"], not ["Count" "N"]`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("wrong calls = %q, want %q", got, want)
	}
}

func TestUnknownErrorsAreFound(t *testing.T) {
	t.Parallel()
	chinese := lang.For("zh-Hans")
	for text, want := range map[string]bool{
		"it is not valid JSON":                true,
		"is not a string":                     true, // of a field
		"%s cannot be written: %w":            true,
		"%w: %w":                              true, // made of others
		"this is a sentence that nobody said": false,
		"the file %s is purple: %w":           false,
	} {
		if got := known(chinese, text); got != want {
			t.Errorf("known(%q) = %v, want %v", text, got, want)
		}
	}
}
