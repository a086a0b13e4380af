package config

import (
	"strconv"
	"strings"
)

// WithEnvironment overrides s with the environment: CODEX_HOME overrides homes,
// REKEY_CODEX codex and REKEY_LANGUAGE language. REKEY_LOG is the level for
// standard error. Empty variables count as unset.
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
