package lang

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"

	"rekey/assets/translations"
)

// catalogue is one language's messages. It is safe for concurrent use.
//
// A table of its file is read when the first of its messages is said: most
// commands say a few, and are over in the time that the whole file would take.
type catalogue struct {
	tag language.Tag

	mu        sync.Mutex // guards what follows: go-i18n's bundle only reads in peace
	opened    bool
	bundle    *i18n.Bundle
	localizer *i18n.Localizer
	unread    map[string][]byte // the tables that nobody asked for yet
}

// say reports whether the catalogue has the message. A message with one form
// for all numbers is no less one: go-i18n then returns it with an error.
func (c *catalogue) say(id string, count any, values map[string]string) (string, bool) {
	table, _, _ := strings.Cut(id, ".")
	chinese := (c.tag == language.SimplifiedChinese || c.tag == language.TraditionalChinese) && values != nil
	if chinese {
		values = marked(values)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.open() {
		return "", false
	}
	c.read(table)
	text, _ := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, PluralCount: count, TemplateData: values})
	if chinese {
		text = spaced(text)
	}
	return text, text != ""
}

// open gets the catalogue's file ready, once.
func (c *catalogue) open() bool {
	if !c.opened {
		c.opened = true
		if text, err := translations.Files.ReadFile(c.name()); err == nil {
			c.bundle = i18n.NewBundle(c.tag)
			c.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
			c.localizer = i18n.NewLocalizer(c.bundle, c.tag.String())
			c.unread = tables(text)
		}
	}
	return c.bundle != nil
}

func (c *catalogue) name() string { return c.tag.String() + ".toml" }

// read makes the messages of a table known to the bundle.
func (c *catalogue) read(table string) {
	if c.unread[table] == nil {
		return
	}
	_, _ = c.bundle.ParseMessageFileBytes(c.unread[table], c.name()) // a test reads them all
	delete(c.unread, table)
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
