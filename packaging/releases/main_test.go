package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

const changelog = `# Changelog

## Unreleased

### Added
- Not yet.

## 0.2.0 - 2026-11-28

### Added
- **Packages**, made by ` + "`make packages`" + `,
  for <all>.
- A unit.

## 0.1.0 - 2026-11-27

### Added
- The first.
`

func TestReleasesAreThoseOfTheChangelog(t *testing.T) {
	name := filepath.Join(t.TempDir(), "CHANGELOG.md")
	must.Do(t, os.WriteFile(name, []byte(changelog), 0o600))
	write := func(version string) string {
		var out bytes.Buffer
		must.Do(t, run([]string{name, version}, strings.NewReader("<c>"+place+"</c>"), &out))
		return out.String()
	}
	const want = `<c><releases>
    <release version="0.2.0" date="2026-11-28">
      <description>
        <ul>
          <li>Packages, made by make packages, for &lt;all&gt;.</li>
          <li>A unit.</li>
        </ul>
      </description>
    </release>
    <release version="0.1.0" date="2026-11-27">
      <description>
        <ul>
          <li>The first.</li>
        </ul>
      </description>
    </release>
  </releases></c>`
	if got := write("0.2.0"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := write("0.2.0-pre7"); strings.Count(got, `date="2026-11-28" type="development"`) != 1 {
		t.Errorf("a version on the way to 0.2.0 has\n%s", got)
	}
	if err := run([]string{name, "0.2.0"}, strings.NewReader("<c/>"), &bytes.Buffer{}); err == nil {
		t.Error("data without a place for the releases is taken")
	}
}
