package lang

import (
	"bytes"
	"slices"
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

	mu       sync.Mutex        // guards what follows
	unread   map[string][]byte // the tables that nobody asked for yet; nil: the file has not been opened
	messages map[string]message
}

// message is its text in each plural form that has one of its own, "other" among
// them.
type message map[string]string

// say reports whether the catalogue has the message. count is nil where there is
// nothing to count.
func (c *catalogue) say(id string, count *int, values map[string]string) (string, bool) {
	chinese := (c.tag == language.SimplifiedChinese || c.tag == language.TraditionalChinese) && values != nil
	if chinese {
		values = marked(values)
	}
	m := c.find(id)
	text := m["other"]
	if count != nil {
		if form, ok := m[forms[plural.Cardinal.MatchPlural(c.tag, *count, 0, 0, 0, 0)]]; ok {
			text = form
		}
	}
	text = fill(text, values)
	if chinese {
		text = spaced(text)
	}
	return text, m != nil
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

// find returns nil where there is no such message.
func (c *catalogue) find(id string) message {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unread == nil {
		file, _ := translations.Files.ReadFile(c.tag.String() + ".toml") // a test reads them all
		c.unread, c.messages = tables(file), make(map[string]message)
	}
	table, _, _ := strings.Cut(id, ".")
	if text, ok := c.unread[table]; ok {
		delete(c.unread, table)
		var tree map[string]any
		_ = toml.Unmarshal(text, &tree) // a test reads them all
		c.add("", tree)
	}
	return c.messages[id]
}

// add takes in what a table holds: texts, messages with plural forms, and tables.
func (c *catalogue) add(name string, node any) {
	switch node := node.(type) {
	case string:
		c.messages[name] = message{"other": node}
	case map[string]any:
		if _, ok := node["other"].(string); ok {
			m := make(message, len(node))
			for form, text := range node {
				m[form], _ = text.(string)
			}
			c.messages[name] = m
			return
		}
		for key, below := range node {
			c.add(strings.TrimPrefix(name+"."+key, "."), below)
		}
	}
}

// tables cuts a TOML file into its tables by their first name, each with its
// head. What stands before the first has none.
func tables(file []byte) map[string][]byte {
	all := map[string][]byte{}
	name, start, at, long := "", 0, 0, false
	add := func() {
		if part := file[start:at]; all[name] == nil {
			all[name] = part
		} else {
			all[name] = slices.Concat(all[name], part)
		}
	}
	for line := range bytes.Lines(file) {
		if line[0] == '[' && !long {
			head, _, _ := strings.Cut(string(line[1:]), "]")
			first, _, _ := strings.Cut(head, ".")
			if first != name {
				add()
				name, start = first, at
			}
		}
		at += len(line)
		if (bytes.Count(line, threeQuotes)+bytes.Count(line, threeApostrophes))%2 == 1 {
			long = !long // a text of several lines begins or ends
		}
	}
	add()
	return all
}

var threeQuotes, threeApostrophes = []byte(`"""`), []byte("'''")
