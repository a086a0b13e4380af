package lang

import "strings"

// ForUser is the Printer for the person at this computer: in the language that
// the configuration names, else in the one that the environment asks for, else
// in the system's, else in English.
func ForUser(configured string, getenv func(string) string) Printer {
	if configured != "" {
		return For(configured)
	}
	if wanted := environment(getenv); len(wanted) > 0 {
		return For(wanted...)
	}
	return For(systemLanguages()...)
}

// Variable names the language of a program that is started with it, over all
// that the environment says otherwise.
const Variable = "REKEY_LANGUAGE"

// environment are the languages that the environment asks for, as gettext reads
// it: LC_ALL over LC_MESSAGES over LANG says which locale, and LANGUAGE is a
// list that goes before it, unless that locale is none.
func environment(getenv func(string) string) []string {
	if ours := getenv(Variable); ours != "" {
		return []string{ours}
	}
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale = getenv(name); locale != "" {
			break
		}
	}
	if locale == "" {
		return nil
	}
	base, _, _ := strings.Cut(locale, ".")
	if base == "C" || base == "POSIX" {
		return []string{locale}
	}
	var wanted []string
	for _, name := range strings.Split(getenv("LANGUAGE"), ":") {
		if name != "" {
			wanted = append(wanted, name)
		}
	}
	return append(wanted, locale)
}
