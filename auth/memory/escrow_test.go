package memory

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"rekey/auth"
	"rekey/internal/safefile"
	"rekey/test/kit/child"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func secret(text string) *auth.Secret {
	s := auth.NewSecret(text)
	return &s
}

// answer has every kind of field: given, empty and missing.
func answer(refresh string) auth.TokenResponse {
	return auth.TokenResponse{AccessToken: secret(""), RefreshToken: secret(refresh), DropProvenance: true}
}

// noon is when the attempts of these tests begin.
var noon = time.Date(2026, 3, 23, 12, 0, 0, 0, time.UTC)

// mustHold checks the whole content of the slot.
func mustHold(t *testing.T, s *Memory, want auth.EscrowEntry) {
	t.Helper()
	got, ok, err := s.Held()
	if err != nil || !ok {
		t.Fatalf("Held: %v, %v", ok, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("held %+v, want %+v", got, want)
	}
}

func mustBeEmpty(t *testing.T, s *Memory) {
	t.Helper()
	if entry, ok, err := s.Held(); ok || err != nil {
		t.Errorf("Held: %+v, %v, %v; want nothing", entry, ok, err)
	}
}

func TestEscrow(t *testing.T) {
	t.Parallel()
	dir := files.TempDir(t)
	s := openAt(t, dir)
	mustBeEmpty(t, s)
	if err := s.Clear("one"); err != nil {
		t.Errorf("Clear of nothing: %v", err)
	}
	steps := []struct {
		name string
		do   func() error
		want auth.EscrowEntry
	}{
		{"reserve", func() error { return s.Reserve("one", noon) }, auth.EscrowEntry{Redeemed: "one", At: noon}},
		{"sent", func() error { return s.Sent("one") }, auth.EscrowEntry{Redeemed: "one", At: noon, Sent: true}},
		{"again", func() error { return s.Reserve("one", noon.Add(1)) }, auth.EscrowEntry{Redeemed: "one", At: noon.Add(1), Sent: true}},
		{"clear another", func() error { return s.Clear("two") }, auth.EscrowEntry{Redeemed: "one", At: noon.Add(1), Sent: true}},
		{"reserve for another", func() error { return s.Reserve("two", noon) }, auth.EscrowEntry{Redeemed: "two", At: noon}},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		mustHold(t, s, step.want)
		mustHold(t, openAt(t, dir), step.want) // and after a restart
	}
	kept := answer("sekret-new")
	must.Do(t, errors.Join(s.Sent("two"), s.Keep("two", kept)))
	want := auth.EscrowEntry{Redeemed: "two", At: noon, Sent: true, Answer: &kept}
	mustHold(t, openAt(t, dir), want)
	for _, redeemed := range []string{"two", "three"} {
		if err := s.Reserve(redeemed, noon); !errors.Is(err, errAnswerHeld) {
			t.Errorf("Reserve(%s) over an answer: %v", redeemed, err)
		}
	}
	if err := s.Keep("three", answer("x")); !errors.Is(err, errAnswerHeld) {
		t.Errorf("Keep over another answer: %v", err)
	}
	mustHold(t, s, want)
	must.Do(t, s.Clear("two"))
	mustBeEmpty(t, openAt(t, dir))
	if bytes.Contains(files.Read(t, filepath.Join(dir, escrowFile)), []byte("sekret")) {
		t.Error("the cleared answer is still in the file")
	}
	if err := s.Reserve("three", noon); err != nil {
		t.Errorf("Reserve after Clear: %v", err)
	}
}

func TestEscrowKeepsTheLargestAnswer(t *testing.T) {
	t.Parallel()
	s := openAt(t, files.TempDir(t))
	must.Do(t, s.Reserve("one", noon))
	kept := answer(strings.Repeat("x", 1<<20))
	must.Do(t, s.Keep("one", kept))
	mustHold(t, s, auth.EscrowEntry{Redeemed: "one", At: noon, Sent: true, Answer: &kept})
	must.Do(t, s.Clear("one"))
	if err := s.Keep("one", answer(strings.Repeat("x", 2<<20))); !errors.Is(err, errTooLarge) {
		t.Errorf("error %v, want errTooLarge", err)
	}
}

// damage changes bytes of the slot's file.
func damage(t *testing.T, dir string, at int64, with []byte) {
	t.Helper()
	f := must.Get(os.OpenFile(filepath.Join(dir, escrowFile), os.O_WRONLY, 0))(t)
	must.Get(f.WriteAt(with, at))(t)
	must.Do(t, f.Close())
}

// A power failure can cut any one record short. The others stay, and nothing
// is ever read that was not written.
func TestEscrowRecognisesATornWrite(t *testing.T) {
	t.Parallel()
	kept := answer("new")
	whole := auth.EscrowEntry{Redeemed: "one", At: noon, Sent: true, Answer: &kept}
	lost := auth.EscrowEntry{Redeemed: "one", At: noon, Sent: true}
	for _, tt := range []struct {
		name string
		at   int64
		with string
		want auth.EscrowEntry
	}{
		{"attempt", attemptAt + int64(recordHeader), "torn", whole},
		{"sent", sentAt + int64(recordHeader), "torn", whole},
		{"answer's body", answerAt + int64(recordHeader) + 60, "torn", lost},
		{"answer's checksum", answerAt + 12, "torn", lost},
		{"answer's length", answerAt + 8, "\xff\xff\xff\xff", lost},
		{"answer's small length", answerAt + 8, "\x00\x00\x00\x01", lost},
		{"answer's magic", answerAt, "torn", lost},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := files.TempDir(t)
			s := openAt(t, dir)
			must.Do(t, errors.Join(s.Reserve("one", noon), s.Sent("one"), s.Keep("one", kept)))
			damage(t, dir, tt.at, []byte(tt.with))
			mustHold(t, openAt(t, dir), tt.want)
			must.Do(t, s.Clear("one"))
			if err := s.Reserve("two", noon); err != nil {
				t.Errorf("the slot cannot be used again: %v", err)
			}
		})
	}
}

// childEscrow keeps one answer after the other, of any length.
func childEscrow(dir string) int {
	s, err := Open(safefile.Disk{}, dir)
	if err != nil {
		child.Say("error: %v", err)
		return 1
	}
	for n := 0; ; n++ {
		kept := answer(strings.Repeat(string(rune('a'+n%26)), 1+n*7919%200_000))
		if err := errors.Join(s.Reserve("one", noon), s.Sent("one"), s.Keep("one", kept)); err != nil {
			child.Say("error: %v", err)
			return 1
		}
		child.Say("%d", n)
		if err := s.Clear("one"); err != nil {
			child.Say("error: %v", err)
			return 1
		}
	}
}

func TestKilledKeeperLeavesAWholeAnswerOrNone(t *testing.T) {
	t.Parallel()
	dir := files.TempDir(t)
	for round := range 15 {
		keeper := child.Start(t, "escrow", dir)
		for range 1 + round%3 {
			if line := keeper.Line(); strings.HasPrefix(line, "error") {
				t.Fatal(line)
			}
		}
		keeper.Kill()
		s := openAt(t, dir)
		entry, ok, err := s.Held()
		must.Do(t, err)
		if !ok {
			continue
		}
		if entry.Redeemed != "one" {
			t.Errorf("redeemed %q", entry.Redeemed)
		}
		if entry.Answer != nil {
			got := entry.Answer.RefreshToken.Reveal()
			if got == "" || strings.Trim(got, got[:1]) != "" {
				t.Error("the answer is a mixture")
			}
		}
		must.Do(t, s.Clear("one"))
	}
}
