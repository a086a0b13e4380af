package rules_test

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rekey/test/kit"
)

// mainVersion is what the program says that it is.
func mainVersion(t *testing.T) string {
	t.Helper()
	return only(t, `(?m)^var version = "(.*)"$`, kit.ReadFile(t, "app/app.go"))
}

// only is what the group of an expression is in a text, where it is once.
func only(t *testing.T, expression string, text []byte) string {
	t.Helper()
	found := regexp.MustCompile(expression).FindAllSubmatch(text, -1)
	if len(found) != 1 {
		t.Fatalf("%s is found %d times, want once", expression, len(found))
	}
	return string(found[0][1])
}

// versions are what the papers say of the version.
type versions struct {
	main    string // the program
	fyne    string // FyneApp.toml
	heading string // the first of the changelog
	release release
}

// release is one of the AppStream file.
type release struct {
	Version string `xml:"version,attr"`
	Date    string `xml:"date,attr"`
	Type    string `xml:"type,attr"`
}

// TestVersionsAgree: the papers tell of one version.
func TestVersionsAgree(t *testing.T) {
	t.Parallel()
	var metainfo struct {
		Releases []release `xml:"releases>release"`
	}
	if err := xml.Unmarshal(kit.ReadFile(t, "packaging/io.github.rekey.Rekey.metainfo.xml"), &metainfo); err != nil {
		t.Fatal(err)
	}
	if len(metainfo.Releases) == 0 {
		t.Fatal("the AppStream file has no release")
	}
	v := versions{
		main:    mainVersion(t),
		fyne:    only(t, `(?m)^Version = "(.*)"$`, kit.ReadFile(t, "FyneApp.toml")),
		heading: regexp.MustCompile(`(?m)^## (.*)$`).FindString(string(kit.ReadFile(t, "CHANGELOG.md"))),
		release: metainfo.Releases[0],
	}
	for _, problem := range v.problems() {
		t.Error(problem)
	}
}

// problems are what does not agree. While a version is being made, the program
// calls itself "-dev", the changelog "Unreleased" and AppStream "development".
func (v versions) problems() (list []string) {
	number, developing := strings.CutSuffix(v.main, "-dev")
	if v.fyne != number {
		list = append(list, fmt.Sprintf("FyneApp.toml says %s, the program %s", v.fyne, v.main))
	}
	if v.release.Version != number || (v.release.Type == "development") != developing {
		list = append(list, fmt.Sprintf("the AppStream file's release is %+v, the program's %s", v.release, v.main))
	}
	heading := "## " + number + " - " + v.release.Date
	if developing {
		heading = "## Unreleased"
	}
	if v.heading != heading {
		list = append(list, fmt.Sprintf("the changelog begins with %q, want %q", v.heading, heading))
	}
	return list
}

func TestVersionsCanDisagree(t *testing.T) {
	t.Parallel()
	agree := []versions{
		{"0.2.0-dev", "0.2.0", "## Unreleased", release{"0.2.0", "2026-12-01", "development"}},
		{"0.2.0", "0.2.0", "## 0.2.0 - 2026-12-01", release{"0.2.0", "2026-12-01", ""}},
	}
	for _, v := range agree {
		if list := v.problems(); len(list) > 0 {
			t.Errorf("%+v: %q, want no problem", v, list)
		}
	}
	for i, v := range []versions{
		{"0.2.0", "0.1.0", "## 0.2.0 - 2026-12-01", release{"0.2.0", "2026-12-01", ""}},
		{"0.2.0", "0.2.0", "## Unreleased", release{"0.2.0", "2026-12-01", ""}},
		{"0.2.0", "0.2.0", "## 0.2.0 - 2026-12-02", release{"0.2.0", "2026-12-01", ""}},
		{"0.2.0-dev", "0.2.0", "## Unreleased", release{"0.1.0", "2026-12-01", "development"}},
		{"0.2.0-dev", "0.2.0", "## Unreleased", release{"0.2.0", "2026-12-01", ""}},
		{"0.2.0-dev", "0.2.0", "## 0.1.0 - 2026-11-01", release{"0.2.0", "2026-12-01", "development"}},
	} {
		if list := v.problems(); len(list) != 1 {
			t.Errorf("case %d: %q, want one problem", i, list)
		}
	}
}
