package config

import (
	"strconv"
	"strings"
)

// WithEnvironment puts what the environment says over what the file says:
// CODEX_HOME over homes, REKEY_CODEX over codex and REKEY_LANGUAGE over
// language. REKEY_LOG is the level for standard error. A variable that is empty
// is not set.
func (s Settings) WithEnvironment(getenv func(string) string) (Settings, []*Problem) {
	var found []*Problem
	word := func(name, key string, set func(string)) {
		k, _ := lookup(key)
		value := getenv(name)
		if value == "" {
			return
		}
		for _, allowed := range k.Values {
			if strings.EqualFold(value, allowed) {
				set(allowed)
				return
			}
		}
		found = append(found, &Problem{
			Code: CodeBadValue, Key: name, Value: strconv.Quote(value), What: badValue(name, strconv.Quote(value), useOneOf(k.Values)),
		})
	}
	if home := getenv("CODEX_HOME"); home != "" {
		s.Homes = []string{home}
	}
	if codex := getenv("REKEY_CODEX"); codex != "" {
		s.Codex = codex
	}
	word("REKEY_LANGUAGE", "language", func(v string) { s.Language = v })
	word("REKEY_LOG", "log", func(v string) { s.Stderr, _ = parseLevel(v) })
	return s, found
}
