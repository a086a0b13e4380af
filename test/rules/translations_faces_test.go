package rules_test

import (
	"path"
	"regexp"
	"slices"
	"testing"
)

// TestFacesSpeakThroughTheCatalogue finds texts for people that are written in
// the code of a face and so are English for everybody.
func TestFacesSpeakThroughTheCatalogue(t *testing.T) {
	t.Parallel()
	english := catalogues(t)["en"]
	for _, source := range goSources(t) {
		if !source.isFace() {
			continue
		}
		for _, w := range source.words {
			if english[w.text] == nil && !slices.Contains(names, w.text) && readable(w.text) {
				t.Errorf("%s: %q is said past the catalogue", w.at, w.text)
			}
		}
	}
}

// faces are the packages and files that show something to a person.
var faces = []string{
	"ui/cli", "ui/notify", "ui/tray", "ui/window", "ui/window/rekey-window", "ui/words",
	"app", "ui", "auth/login/page.go", "internal/box/demo/demo.go",
}

func (s goSource) isFace() bool {
	return slices.ContainsFunc(faces, func(pattern string) bool {
		return matches(pattern, s.dir()) || pattern == s.name
	})
}

// names are the same in every language, or are no words at all.
var names = []string{
	"Rekey", "SystemRoot",
	"NameOwnerChanged", "SettingChanged", // D-Bus signals
	"text/html; charset=utf-8", "text/plain; charset=utf-8",
	"renewed ahead of time", "left alone", "signed in again", // stations that a demo that fails names
	"cannot read ", "exit code %d", // an error's text, looked for or never seen
}

// Two words in a row, or one with a capital that is no constant's name.
var sentence = regexp.MustCompile(`\pL{2,}[,;:]? \pL{2,}|^\s*\p{Lu}\p{Ll}`)

// readable reports whether a literal looks like text for people. Paths, keys,
// names of variables and formats without words do not.
func readable(text string) bool { return sentence.MatchString(text) && path.Ext(text) == "" }
