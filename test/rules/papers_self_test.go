package rules_test

import (
	"slices"
	"strings"
	"testing"
)

func TestUnnamedWordsAreFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, word string
		missing          bool
	}{
		{"a line of its own", "- `example.com/tray`: the icon\n", "example.com/tray", false},
		{"at the end of a sentence", "It needs example.com/tray.", "example.com/tray", false},
		{"absent", "nothing", "example.com/tray", true},
		{"only a longer path", "example.com/tray/v2", "example.com/tray", true},
		{"only a path that ends alike", "www.example.com/tray", "example.com/tray", true},
		{"a promise", "| **P1** | One request |", "P1", false},
		{"only a greater promise", "P10", "P1", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := len(unnamed([]byte(tt.text), []string{tt.word})) > 0; got != tt.missing {
				t.Errorf("missing = %v, want %v", got, tt.missing)
			}
		})
	}
}

func TestForeignNamesAreFound(t *testing.T) {
	t.Parallel()
	// Written with a gap, so that this file names nothing foreign itself.
	bad := []string{`cd /ro|ot/x`, `"/wo|rk/main"`, `PATH=/fa|rm/bin`, `see ../sha|red/notes`,
		`https://registry.npm|js.org`, `GOPROXY=https://proxy.go|lang.org`, `deb.deb|ian.org`}
	for _, text := range bad {
		if text := strings.ReplaceAll(text, "|", ""); !foreign.MatchString(text) {
			t.Errorf("%q is not noticed", text)
		}
	}
	for _, text := range []string{`/home/ada/.codex`, `net/work/x`, `auth/ro|ot/`, `a/wo|rk/b`} {
		if text := strings.ReplaceAll(text, "|", ""); foreign.MatchString(text) {
			t.Errorf("%q is noticed", text)
		}
	}
}

func TestUndocumentedNamesAreFound(t *testing.T) {
	t.Parallel()
	const source = `package p

// T has one.
type T struct{}

type U struct{}

func (t *T) M() {}

func (T) m() {}

type g[A any] struct{}

func (g[A]) Exported() {}

func F() {}

// G has one.
func G() {}

// A group.
const (
	A = 1
	B = 2
)

var (
	C = 1 // on its line
	D = 2
	e = 3
)
`
	bare, err := undocumented("p.go", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"p.go:6:6: U has no comment", "p.go:8:13: M has no comment",
		"p.go:16:6: F has no comment", "p.go:29:2: D has no comment",
	}
	if !slices.Equal(bare, want) {
		t.Errorf("undocumented = %q, want %q", bare, want)
	}
	if _, err := undocumented("p.go", []byte("not Go")); err == nil {
		t.Error("a file that is no Go is accepted")
	}
}
