package lang

import (
	"strings"

	"golang.org/x/text/language"
)

// languages are those there is a catalogue for, the first when none is wanted.
var languages = []language.Tag{
	language.English, language.German, language.Spanish, language.French, language.Japanese, language.Korean,
	language.BrazilianPortuguese, language.SimplifiedChinese, language.TraditionalChinese,
}

// Languages are the tags of the languages that Rekey speaks.
func Languages() []string {
	names := make([]string, len(languages))
	for i, tag := range languages {
		names[i] = tag.String()
	}
	return names
}

// match finds the language that serves a reader best.
func match(wanted []string) language.Tag {
	var tags []language.Tag
	for _, want := range wanted {
		if list, _, err := language.ParseAcceptLanguage(tagOf(want)); err == nil {
			tags = append(tags, list...)
		}
	}
	// The first tag that is spoken here wins, not the best fit among them: who
	// wants English and then Chinese is given English.
	_, i, confidence := language.NewMatcher(languages).Match(tags...)
	if confidence == language.No {
		i = 0
	}
	return languages[i]
}

// tagOf is a locale of POSIX as a language tag, anything else as it is. The
// locales of a program that wants no language are English, and so are those in
// another encoding than ours, which a terminal could not show.
func tagOf(name string) string {
	if strings.ContainsAny(name, ",;") { // a header
		return name
	}
	name, _, _ = strings.Cut(strings.TrimSpace(name), "@")
	name, encoding, _ := strings.Cut(name, ".")
	encoding = strings.ToLower(strings.ReplaceAll(encoding, "-", ""))
	if name == "C" || name == "POSIX" || encoding != "" && encoding != "utf8" {
		return language.English.String()
	}
	return strings.ReplaceAll(name, "_", "-")
}
