package lang

import (
	"slices"
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, text string
		want          []string // nil: the text is another one's
	}{
		{"it is locked", "it is locked", []string{}},
		{"it is locked", "it is locked.", nil},
		{"write {{.A}}: {{.B}}", "write /a/b: no: yes", []string{"/a/b", "no: yes"}},
		{"write {{.A}}: {{.B}}", "write /a/b", nil},
		{"write {{.A}}: {{.B}}", "write /a/b: ", nil},
		{"{{.A}} is not a folder", "/a is not a folder", []string{"/a"}},
		{"{{.A}} is not a folder", " is not a folder", nil},
		{"{{.A}} is not a folder", "/a is not a folder at all", nil},
		{"{{.A}} is not a folder", "open: /a is not a folder", nil}, // "open" is a text of its own
		{"it is{{.A}} here", "it is here", []string{""}},
		{"({{.A}} of {{.B}})", "(1 of 2 of 3)", []string{"1", "2 of 3"}},
		{"{{.A}}", "anything", nil},
	}
	for _, tt := range tests {
		got, ok := newPattern("x", tt.pattern).match(tt.text)
		if ok != (tt.want != nil) || ok && !slices.Equal(got, tt.want) {
			t.Errorf("%q matches %q: %q, %v, want %q", tt.pattern, tt.text, got, ok, tt.want)
		}
	}
}

// TestTranslateTakesNoTime: a text from outside may be made to be slow.
func TestTranslateTakesNoTime(t *testing.T) {
	t.Parallel()
	p := For("zh")
	for _, part := range []string{": ", "; ", ": ; ", "a: b; ", "it is locked: ", "write x: ", "a is no regular file; "} {
		p.Translate(strings.Repeat(part, longest/len(part))) // would never end if it were not bounded
	}
}

// FuzzTranslate: whatever a text is, English leaves it alone, and Chinese leaves
// alone what it does not know.
func FuzzTranslate(f *testing.F) {
	for _, text := range []string{"", ": ", "; ", "a: b; c: d", "it is locked: it is locked", "{{.X}}", "\ue000 \ue001", strings.Repeat(": ", 100)} {
		f.Add(text)
	}
	en, zh := For("en"), For("zh")
	f.Fuzz(func(t *testing.T, text string) {
		if got := en.Translate(text); got != text {
			t.Errorf("English changes %q to %q", text, got)
		}
		zh.Translate(text)
		if foreign := "§" + strings.NewReplacer(": ", ":", "; ", ";").Replace(text); strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") {
			return
		} else if got := zh.Translate(foreign); got != foreign {
			t.Errorf("Chinese changes %q, which it does not know, to %q", foreign, got)
		}
	})
}
