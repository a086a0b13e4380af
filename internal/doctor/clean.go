package doctor

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// cleaner removes private data from texts. Every text of a report passes it, so
// that probes need not.
type cleaner struct {
	homes []string         // of the user, the longest first
	names []*regexp.Regexp // of the user and the machine
}

// ordinary are names that reveal nothing, because Rekey's texts contain them
// anyway.
var ordinary = []string{"codex", "rekey", "user", "home", "root", "localhost", "host"}

func newCleaner(in Inputs) cleaner {
	var c cleaner
	for _, home := range []string{in.UserHome, realPath(in.UserHome)} {
		if len(home) > 1 && !slices.Contains(c.homes, home) {
			c.homes = append(c.homes, home)
		}
	}
	slices.SortFunc(c.homes, func(a, b string) int { return len(b) - len(a) })
	host, _, _ := strings.Cut(in.Host, ".")
	for _, name := range []string{in.User, in.Host, host} {
		if utf8.RuneCountInString(name) < 2 || slices.Contains(ordinary, strings.ToLower(name)) {
			continue
		}
		c.names = append(c.names, regexp.MustCompile(`(?i)(^|[^\pL\pN])`+regexp.QuoteMeta(name)+`($|[^\pL\pN])`))
	}
	return c
}

func realPath(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return path
	}
	return real
}

var (
	// A JSON Web Token, or anything else that is long and random.
	tokenLike = lazily(`eyJ[A-Za-z0-9_-]{4,}(\.[A-Za-z0-9_-]*){0,2}|\b(sk|rt|at)-[A-Za-z0-9_-]{8,}|[A-Za-z0-9_+=-]{32,}`)
	// An e-mail address: only the first letters of name and host are kept.
	address = lazily(`([^\s@<>"'(:=/])[^\s@<>"'(:=/]*@([\pL\pN])[\pL\pN.-]*`)
	// The user and password of a URL.
	credentials = lazily(`(\w://)[^\s/@]*@`)
)

// lazily compiles an expression on first use, because most runs of the program
// need none.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// text cleans one text.
func (c cleaner) text(s string) string {
	for _, home := range c.homes {
		s = replacePath(s, home)
	}
	s = credentials().ReplaceAllString(s, "${1}")
	s = address().ReplaceAllString(s, "${1}…@${2}…")
	s = tokenLike().ReplaceAllString(s, "[redacted]")
	for _, name := range c.names {
		for range 2 { // two names may share the character between them
			s = name.ReplaceAllString(s, "${1}[name]${2}")
		}
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// replacePath replaces whole occurrences of a path with ~: /home/ada, but not
// in /home/adam.
func replacePath(s, path string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, path)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		rest := s[i+len(path):]
		next, _ := utf8.DecodeRuneInString(rest)
		b.WriteString(s[:i])
		if rest == "" || !isName(next) {
			b.WriteString("~")
		} else {
			b.WriteString(path)
		}
		s = rest
	}
}

// isName reports whether a name could go on with r.
func isName(r rune) bool {
	return r != '/' && r != '\\' && !strings.ContainsRune(" \t\n\"':;,()[]", r)
}

// report cleans all texts of a report.
func (c cleaner) report(r Report) Report {
	for i := range r.Facts {
		f := &r.Facts[i]
		f.About, f.Value = c.text(f.About), c.text(f.Value)
	}
	for i := range r.Findings {
		r.Findings[i].About = c.text(r.Findings[i].About)
	}
	r.Clean = c.text
	return r
}
