package memory

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"rekey/auth"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// P3: an answer reaches the escrow even if the disk has become full since the
// request was sent, and nothing is sent if the disk was full before.
func TestEscrowOnAFullDisk(t *testing.T) {
	dir := files.TempDir(t)
	files.Mount(t, dir, "-t", "tmpfs", "-o", "size=2m", "tmpfs")
	s := openAt(t, filepath.Join(dir, "state"))
	must.Do(t, s.Reserve("one", noon))
	files.Fill(t, filepath.Join(dir, "ballast"))
	kept := answer(strings.Repeat("x", 1<<20))
	if err := errors.Join(s.Sent("one"), s.Keep("one", kept)); err != nil {
		t.Fatalf("the answer was lost: %v", err)
	}
	mustHold(t, openAt(t, filepath.Join(dir, "state")), auth.EscrowEntry{Redeemed: "one", At: noon, Sent: true, Answer: &kept})
	must.Do(t, s.Clear("one"))
	if err := s.Reserve("two", noon); err != nil {
		t.Errorf("the room that was taken once is gone: %v", err)
	}
}

func TestEscrowReservesNothingOnAFullDisk(t *testing.T) {
	dir := files.TempDir(t)
	files.Mount(t, dir, "-t", "tmpfs", "-o", "size=64k", "tmpfs")
	s := openAt(t, filepath.Join(dir, "state"))
	if err := s.Reserve("one", noon); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("Reserve: %v, want ENOSPC", err)
	}
	mustBeEmpty(t, s)
	if err := s.Record(auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused}); err != nil {
		t.Errorf("the failed reservation keeps its room: %v", err)
	}
	// A sparse file has the size but not the blocks.
	sparse := filepath.Join(dir, "state", escrowFile)
	files.Write(t, sparse, nil)
	must.Do(t, os.Truncate(sparse, slotSize))
	if err := s.Reserve("one", noon); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Reserve in a sparse file: %v, want ENOSPC", err)
	}
}

// Rehearse finds what Reserve would, leaves nothing behind, and asks for no room
// that has been taken already.
func TestRehearseOnAFullDisk(t *testing.T) {
	dir := files.TempDir(t)
	files.Mount(t, dir, "-t", "tmpfs", "-o", "size=3m", "tmpfs")
	s := openAt(t, filepath.Join(dir, "state"))
	before, ballast := namesIn(t, s.dir), filepath.Join(dir, "ballast")
	if err := s.Rehearse(); err != nil {
		t.Errorf("with room: %v", err)
	}
	files.Fill(t, ballast)
	if err := s.Rehearse(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("without room: %v, want ENOSPC", err)
	}
	if after := namesIn(t, s.dir); !slices.Equal(after, before) {
		t.Errorf("left behind: %q, before %q", after, before)
	}
	must.Do(t, errors.Join(os.Remove(ballast), s.Reserve("one", noon), s.Sent("one")))
	files.Fill(t, ballast)
	if err := s.Rehearse(); err != nil {
		t.Errorf("with its room taken: %v", err)
	}
	mustHold(t, s, auth.EscrowEntry{Redeemed: "one", At: noon, Sent: true})
}

// namesIn are those of a folder's files.
func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries := must.Get(os.ReadDir(dir))(t)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestRefusalsOnAFullDisk(t *testing.T) {
	dir := files.TempDir(t)
	files.Mount(t, dir, "-t", "tmpfs", "-o", "size=64k", "tmpfs")
	s := openAt(t, filepath.Join(dir, "state"))
	refusal := auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused}
	must.Do(t, s.Record(refusal))
	files.Fill(t, filepath.Join(dir, "ballast"))
	second := auth.Refusal{Fingerprint: "g", Reason: auth.ReasonReused}
	if err := s.Record(second); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Record: %v, want ENOSPC", err)
	}
	for _, r := range []auth.Refusal{refusal, second} {
		if _, ok := s.Lookup(r.Fingerprint); !ok {
			t.Errorf("%s is forgotten", r.Fingerprint)
		}
	}
	if _, ok := openAt(t, filepath.Join(dir, "state")).Lookup("f"); !ok {
		t.Error("what was written before is lost")
	}
	if first, err := s.ClaimNotice("n"); !first || err == nil {
		t.Errorf("ClaimNotice: %v, %v", first, err)
	}
	if first, err := s.ClaimNotice("n"); first || err != nil {
		t.Errorf("second ClaimNotice: %v, %v", first, err)
	}
}
