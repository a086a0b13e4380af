package qr_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/ui/qr"
)

// TestEncode has a program of other people read the codes.
func TestEncode(t *testing.T) {
	t.Parallel()
	const reader = "zbarimg"
	if _, err := exec.LookPath(reader); err != nil {
		kit.Missing(t, reader+" (Debian package zbar-tools)")
	}
	for _, text := range []string{
		"https://auth.openai.com/codex/device",
		"HTTPS://EXAMPLE.COM/A",
		"https://example.com/?q=" + strings.Repeat("gr%C3%BCn&", 200),
		"31415926",
	} {
		t.Run(fmt.Sprintf("%.24s", text), func(t *testing.T) {
			t.Parallel()
			rows := must.Get(qr.Encode(text))(t)
			picture := filepath.Join(t.TempDir(), "code.pbm")
			must.Do(t, os.WriteFile(picture, bitmap(rows), 0o600))
			out, err := exec.Command(reader, "--quiet", "--raw", picture).Output()
			if got := strings.TrimRight(string(out), "\n"); err != nil || got != text {
				t.Errorf("%s reads %q (%v), want %q", reader, got, err, text)
			}
		})
	}
}

// bitmap is the code with its quiet zone as a plain PBM picture.
func bitmap(rows [][]bool) []byte {
	const scale = 4 // pixels to a square
	side := (len(rows) + 2*qr.QuietZone) * scale
	var out bytes.Buffer
	fmt.Fprintf(&out, "P1\n%d %d\n", side, side)
	for y := range side {
		for x := range side {
			row, column := y/scale-qr.QuietZone, x/scale-qr.QuietZone
			dark := row >= 0 && row < len(rows) && column >= 0 && column < len(rows) && rows[row][column]
			fmt.Fprintf(&out, "%d ", map[bool]int{true: 1}[dark])
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}

func TestEncodeTooLong(t *testing.T) {
	if rows, err := qr.Encode(strings.Repeat("x", 5000)); err == nil {
		t.Errorf("5000 bytes become %d rows, want an error", len(rows))
	}
}
