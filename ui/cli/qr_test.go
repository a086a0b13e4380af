package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// The picture of a code on a terminal, in colours and without, is read by
// another program.
func TestCodeOnATerminalCanBeRead(t *testing.T) {
	t.Parallel()
	const reader = "zbarimg"
	if _, err := exec.LookPath(reader); err != nil {
		kit.Missing(t, reader+" (Debian package zbar-tools)")
	}
	for _, colour := range []bool{true, false} {
		p := newTerminal()
		p.ErrScreen = cli.Screen{Terminal: true, Colour: colour}
		f, _, errs, wait, _ := signingIn(t, p, "login", "--device")
		f.Expect(t, "SignIn device")
		f.Publish(signingInState(code))
		kit.Eventually(t, "the code", func() bool { return strings.Contains(errs.String(), "works until 12:15.") })
		f.end <- nil
		wait(cli.ExitOK)
		picture := filepath.Join(t.TempDir(), "code.pbm")
		must.Do(t, os.WriteFile(picture, bitmap(t, errs.String(), colour), 0o600))
		out, err := exec.Command(reader, "--quiet", "--raw", picture).Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != code.Page {
			t.Errorf("colours %t: %s reads %q (%v), want %q in\n%s", colour, reader, got, err, code.Page, errs)
		}
	}
}

// bitmap is what a dark terminal shows of the lines that are drawn with blocks,
// as a plain PBM picture.
func bitmap(t *testing.T, said string, colour bool) []byte {
	t.Helper()
	steering := regexp.MustCompile("\x1b\\[[0-9;]*m")
	var rows [][]bool // whether it is dark
	for line := range strings.Lines(said) {
		if !strings.ContainsAny(line, "▀▄█") && !strings.Contains(line, "\x1b[30;107m") {
			continue
		}
		cells := []rune(strings.TrimPrefix(strings.TrimSuffix(steering.ReplaceAllString(line, ""), "\n"), "  "))
		upper, lower := make([]bool, len(cells)), make([]bool, len(cells))
		for x, r := range cells {
			upper[x] = slices.Contains([]rune("▀█"), r) == colour // the ink is dark where there are colours
			lower[x] = slices.Contains([]rune("▄█"), r) == colour
		}
		rows = append(rows, upper, lower)
	}
	if len(rows) == 0 {
		t.Fatalf("there is no picture in\n%s", said)
	}
	const size = 4 // dots to a square
	var picture bytes.Buffer
	fmt.Fprintf(&picture, "P1 %d %d\n", size*len(rows[0]), size*len(rows))
	for _, row := range rows {
		for range size {
			for _, dark := range row {
				picture.WriteString(strings.Repeat(map[bool]string{true: "1 ", false: "0 "}[dark], size))
			}
			picture.WriteByte('\n')
		}
	}
	return picture.Bytes()
}
