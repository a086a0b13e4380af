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

// Variable is the environment variable with the language of Rekey's programs. It
// overrides all other variables.
const Variable = "REKEY_LANGUAGE"

// environment returns the languages that the environment asks for, best first, as
// gettext reads it: the locale is LC_ALL, else LC_MESSAGES, else LANG. The list
// in LANGUAGE comes before it, unless the locale is missing, C or POSIX.
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

// propertyList are the texts of a list as macOS prints it:
//
//	(
//	    "zh-Hans-CN",
//	    en
//	)
func propertyList(text string) (items []string) {
	for _, line := range strings.Split(strings.Trim(strings.TrimSpace(text), "()"), "\n") {
		if item := strings.Trim(strings.TrimSpace(line), `",`); item != "" {
			items = append(items, item)
		}
	}
	return items
}
