package config

import (
	"bytes"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"rekey/internal/fault"
	"rekey/internal/safefile"
	"rekey/internal/userdir"
)

// maxFile is the largest file that is read.
const maxFile = 1 << 20

// byteOrderMark begins the files of some editors.
var byteOrderMark = []byte("\ufeff")

// Load reads the file; a missing file counts as empty. The Settings are valid
// whatever the Problems, and have the defaults for everything that is not set.
func Load(path string) (Settings, []*Problem) { return Default().Reload(path) }

// Reload is Load for a file that has changed since s was read from it: keys
// with a Problem keep their value in s.
func (s Settings) Reload(path string) (Settings, []*Problem) {
	file, err := safefile.Read(path, maxFile)
	if err != nil {
		return s, []*Problem{{
			Path: path, Code: CodeUnreadable,
			What: fault.New("setting_unreadable", "it cannot be read: {{.Why}}; fix or remove it", "Why", safefile.Cause(err)),
		}}
	}
	return s.parse(path, file.Data, userdir.Home)
}

// parse reads a text as if it were the file's: see Reload.
func (s Settings) parse(path string, data []byte, home func() (string, error)) (Settings, []*Problem) {
	data, _ = bytes.CutPrefix(data, byteOrderMark)
	r := &reader{Settings: Default(), folder: filepath.Dir(path), home: home}
	d := scan(data)
	if d.broken != nil {
		r.Settings = s // the broken line may be about any key
	}
	var found []*Problem
	report := func(line int, code Code, key string, what error) {
		found = append(found, &Problem{Path: path, Line: line, Code: code, Key: key, What: what})
	}
	first := make(map[string]int) // the line
	for _, e := range d.entries {
		k, known := lookup(e.name)
		line, repeated := first[e.name]
		switch {
		case !known:
			report(e.line, CodeUnknownKey, e.name, unknownKey(e.name))
			continue
		case repeated:
			report(e.line, CodeRepeated, e.name, fault.New("setting_twice",
				"{{.Key}} is set a second time; line {{.Line}} applies, remove one of them", "Key", e.name, "Line", line))
			continue
		}
		first[e.name] = e.line
		raw := data[e.value:e.end]
		if do := r.set(k, raw); do != nil {
			reflect.ValueOf(k.of(&r.Settings)).Elem().Set(reflect.ValueOf(k.of(&s)).Elem())
			report(e.line, CodeBadValue, e.name, badValue(e.name, shown(raw), do))
			found[len(found)-1].Value = shown(raw)
		}
	}
	for _, t := range d.tables {
		report(t.line, CodeUnknownTable, t.name, fault.New("setting_table",
			"[{{.Name}}] is not part of Rekey's settings; put settings above the first line in brackets", "Name", t.name))
	}
	if d.broken != nil {
		report(d.broken.line, CodeSyntax, "", notTOML(d.broken))
	}
	slices.SortStableFunc(found, func(a, b *Problem) int { return a.Line - b.Line })
	return r.Settings, found
}

// notTOML is about a line that is not TOML.
func notTOML(d *defect) error {
	return fault.New("setting_syntax", "this line is not valid TOML ({{.Why}}); correct it", "Why", d.what)
}

// shown is a value for a message: complete if it is short and on one line.
func shown(raw []byte) string {
	const most = 60
	text := string(raw)
	if line, _, more := strings.Cut(text, "\n"); more {
		text = strings.TrimRight(line, "\r") + " …"
	}
	if letters := []rune(text); len(letters) > most {
		text = string(letters[:most]) + " …"
	}
	return text
}

// suggestion returns advice about an unknown key: the one that was probably
// meant, or all keys.
func suggestion(name string) error {
	simple := func(s string) string {
		return strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(s))
	}
	names := make([]string, 0, len(table))
	for _, k := range table {
		if distance(simple(name), simple(k.Name)) <= 2 {
			return fault.New("setting_meant", "did you mean {{.Key}}?", "Key", k.Name)
		}
		names = append(names, k.Name)
	}
	return fault.New("setting_list", "the settings are {{.Some}} and {{.Last}}",
		"Some", strings.Join(names[:len(names)-1], ", "), "Last", names[len(names)-1])
}

// distance is the Levenshtein distance of a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0] // left of it
		row[0] = i + 1
		for j := range len(b) {
			changed := above
			if a[i] != b[j] {
				changed++
			}
			above = row[j+1]
			row[j+1] = min(changed, row[j]+1, above+1)
		}
	}
	return row[len(b)]
}

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
