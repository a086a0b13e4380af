package lang

import (
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"rekey/assets/translations"
)

// catalogue is one language's messages. It is safe for concurrent use.
//
// A table of its file is read when the first of its messages is said: most
// commands say a few, and are over in the time that the whole file would take.
// The form of the files is go-i18n's, which takes longer to make a catalogue than
// all else that "rekey status" does: it knows the plurals of 200 languages.
type catalogue struct {
	tag language.Tag

	mu       sync.Mutex         // guards what follows
	read     map[string]bool    // the tables that were asked for
	messages map[string]message // what is in them
}

// message is its text, and the text in each plural form that has one of its own.
type message struct {
	other string
	forms map[string]any // nil where there are none
}

// say reports whether the catalogue has the message. count is nil where there is
// nothing to count.
func (c *catalogue) say(id string, count *int, values map[string]string) (string, bool) {
	chinese := (c.tag == language.SimplifiedChinese || c.tag == language.TraditionalChinese) && values != nil
	if chinese {
		values = marked(values)
	}
	m, known := c.find(id)
	text := m.other
	if count != nil {
		if form, ok := m.forms[forms[plural.Cardinal.MatchPlural(c.tag, *count, 0, 0, 0, 0)]].(string); ok {
			text = form
		}
	}
	text = fill(text, values)
	if chinese {
		text = spaced(text)
	}
	return text, known
}

// forms are the names of the plural forms in the files.
var forms = [...]string{
	plural.Other: "other", plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many",
}

// fill puts values in the place of "{{.Name}}", once.
func fill(text string, values map[string]string) string {
	var filled strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{.")
		filled.WriteString(before)
		if !found {
			return filled.String()
		}
		var name string
		name, text, _ = strings.Cut(rest, "}}")
		filled.WriteString(values[name])
	}
}

// find reports whether there is such a message.
func (c *catalogue) find(id string) (m message, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read == nil {
		c.read, c.messages = make(map[string]bool), make(map[string]message)
	}
	if name, _, _ := strings.Cut(id, "."); !c.read[name] {
		c.read[name] = true
		var tree map[string]any
		_ = toml.Unmarshal(table(translations.Of(c.tag.String()), name), &tree) // a test reads them all
		c.add("", tree)
	}
	m, known = c.messages[id]
	return m, known
}

// add takes in what a table holds: texts, messages with plural forms, and tables.
func (c *catalogue) add(name string, node any) {
	switch node := node.(type) {
	case string:
		c.messages[name] = message{other: node}
	case map[string]any:
		if other, ok := node["other"].(string); ok {
			c.messages[name] = message{other, node}
			return
		}
		for key, below := range node {
			c.add(strings.TrimPrefix(name+"."+key, "."), below)
		}
	}
}

// table cuts what has one first name out of a TOML file: "[name]" and "[name.x]".
// No line of a longer text begins with a bracket; a test would find its rest missing.
func table(file, name string) (found []byte) {
	for {
		_, rest, more := strings.Cut(file, "\n["+name)
		if !more {
			return found
		}
		part, _, _ := strings.Cut(rest, "\n[")
		if part[0] == ']' || part[0] == '.' {
			found = append(found, "["+name+part+"\n"...)
		}
		file = rest[len(part):]
	}
}
