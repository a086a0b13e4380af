package rules_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rekey/test/kit/files"
)

// only is what the group of an expression is in a text, where it is once.
func only(t *testing.T, expression string, text []byte) string {
	t.Helper()
	found := regexp.MustCompile(expression).FindAllSubmatch(text, -1)
	if len(found) != 1 {
		t.Fatalf("%s is found %d times, want once", expression, len(found))
	}
	return string(found[0][1])
}

// TestVersionsAgree: the papers name one release, the one that is being made or
// is made by this commit. AppStream's releases are taken from the changelog.
func TestVersionsAgree(t *testing.T) {
	v := versions{
		program: only(t, `(?m)^\tnumber = "(.*)"$`, files.Read(t, "internal/version/version.go")),
		fyne:    only(t, `(?m)^Version = "(.*)"$`, files.Read(t, "FyneApp.toml")),
	}
	heading := regexp.MustCompile(`(?m)^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$`)
	if found := heading.FindSubmatch(files.Read(t, "CHANGELOG.md")); found != nil {
		v.changelog = string(found[1])
	}
	for _, problem := range v.problems() {
		t.Error(problem)
	}
}

// versions are what the papers say of the version.
type versions struct {
	program   string // internal/version, of a build by hand
	fyne      string // FyneApp.toml
	changelog string // its first release
}

// problems are what does not agree.
func (v versions) problems() (list []string) {
	number, byHand := strings.CutSuffix(v.program, "-dev")
	if !byHand {
		list = append(list, fmt.Sprintf("a program that is built by hand calls itself %q, want -dev at its end", v.program))
	}
	if v.fyne != number {
		list = append(list, fmt.Sprintf("FyneApp.toml says %q, the program %q", v.fyne, v.program))
	}
	if v.changelog != number {
		list = append(list, fmt.Sprintf("the changelog's first release is %q, the program %q", v.changelog, v.program))
	}
	return list
}

func TestVersionsCanDisagree(t *testing.T) {
	if list := (versions{"0.2.0-dev", "0.2.0", "0.2.0"}).problems(); len(list) > 0 {
		t.Errorf("%q, want no problem", list)
	}
	for _, v := range []versions{{"0.2.0", "0.2.0", "0.2.0"}, {"0.2.0-dev", "0.1.0", "0.2.0"}, {"0.2.0-dev", "0.2.0", ""}} {
		if list := v.problems(); len(list) != 1 {
			t.Errorf("%+v: %q, want one problem", v, list)
		}
	}
}
