package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rekey/auth"
)

// mount puts a filesystem on dir for the time of the test.
func mount(t *testing.T, dir string, args ...string) {
	t.Helper()
	if out, err := exec.Command("mount", append(args, dir)...).CombinedOutput(); err != nil {
		missing(t, "the right to mount a filesystem: "+string(out))
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
}

func TestReadOnlyFilesystem(t *testing.T) {
	home := tempDir(t)
	mount(t, home, "-t", "tmpfs", "-o", "size=256k", "tmpfs")
	s := open(t, home)
	if err := s.Update(ctxFor(t), put(parsed(t, signIn("one")))); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "remount,ro", home).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := s.Writable(ctxFor(t)); !errors.Is(err, syscall.EROFS) {
		t.Errorf("Writable: %v, want EROFS", err)
	}
	if err := s.Update(ctxFor(t), put(parsed(t, signIn("two")))); err == nil {
		t.Error("Update: no error")
	}
	if got, err := s.Load(ctxFor(t)); err != nil || got.RefreshToken().Reveal() != "one" {
		t.Errorf("Load: %v", err)
	}
}

func TestFullDiskLeavesTheOldContent(t *testing.T) {
	home := tempDir(t)
	mount(t, home, "-t", "tmpfs", "-o", "size=64k", "tmpfs")
	s := open(t, home)
	if err := s.Update(ctxFor(t), put(parsed(t, signIn("one")))); err != nil {
		t.Fatal(err)
	}
	fill(t, filepath.Join(home, "ballast"))
	if err := s.Update(ctxFor(t), put(parsed(t, signIn("two")))); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Update: %v, want ENOSPC", err)
	}
	if got, err := s.Load(ctxFor(t)); err != nil || got.RefreshToken().Reveal() != "one" {
		t.Errorf("Load: %v", err)
	}
	if found := leftovers(t, home); len(found) > 0 {
		t.Errorf("left over: %v", found)
	}
}

// P3: an answer reaches the escrow although the disk has become full since the
// request was sent; and nothing is sent when it is full before.
func TestEscrowOnAFullDisk(t *testing.T) {
	dir := tempDir(t)
	mount(t, dir, "-t", "tmpfs", "-o", "size=2m", "tmpfs")
	s := openState(t, filepath.Join(dir, "state"))
	if err := s.Reserve("one", noon); err != nil {
		t.Fatal(err)
	}
	fill(t, filepath.Join(dir, "ballast"))
	kept := answer(strings.Repeat("x", 1<<20))
	if err := errors.Join(s.Sent("one"), s.Keep("one", kept)); err != nil {
		t.Fatalf("the answer was lost: %v", err)
	}
	mustHold(t, openState(t, filepath.Join(dir, "state")), auth.EscrowEntry{Redeemed: "one", At: noon, Sent: true, Answer: &kept})
	if err := s.Clear("one"); err != nil {
		t.Fatal(err)
	}
	if err := s.Reserve("two", noon); err != nil {
		t.Errorf("the room that was taken once is gone: %v", err)
	}
}

func TestEscrowReservesNothingOnAFullDisk(t *testing.T) {
	dir := tempDir(t)
	mount(t, dir, "-t", "tmpfs", "-o", "size=64k", "tmpfs")
	s := openState(t, filepath.Join(dir, "state"))
	if err := s.Reserve("one", noon); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("Reserve: %v, want ENOSPC", err)
	}
	mustBeEmpty(t, s)
	if err := s.Record(auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused}); err != nil {
		t.Errorf("the failed reservation keeps its room: %v", err)
	}
	// A sparse file has the size and not the room.
	sparse := filepath.Join(dir, "state", escrowFile)
	write(t, sparse, nil)
	if err := os.Truncate(sparse, slotSize); err != nil {
		t.Fatal(err)
	}
	if err := s.Reserve("one", noon); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Reserve in a sparse file: %v, want ENOSPC", err)
	}
}

func TestRefusalsOnAFullDisk(t *testing.T) {
	dir := tempDir(t)
	mount(t, dir, "-t", "tmpfs", "-o", "size=64k", "tmpfs")
	s := openState(t, filepath.Join(dir, "state"))
	refusal := auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused}
	if err := s.Record(refusal); err != nil {
		t.Fatal(err)
	}
	fill(t, filepath.Join(dir, "ballast"))
	second := auth.Refusal{Fingerprint: "g", Reason: auth.ReasonReused}
	if err := s.Record(second); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Record: %v, want ENOSPC", err)
	}
	for _, r := range []auth.Refusal{refusal, second} {
		if _, ok := s.Lookup(r.Fingerprint); !ok {
			t.Errorf("%s is forgotten", r.Fingerprint)
		}
	}
	if _, ok := openState(t, filepath.Join(dir, "state")).Lookup("f"); !ok {
		t.Error("what was written before is lost")
	}
	if first, err := s.ClaimNotice("n"); !first || err == nil {
		t.Errorf("ClaimNotice: %v, %v", first, err)
	}
	if first, err := s.ClaimNotice("n"); first || err != nil {
		t.Errorf("second ClaimNotice: %v, %v", first, err)
	}
}

// fill writes until nothing more fits.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for size := 4096; size > 0; size /= 2 {
		block := make([]byte, size)
		for err == nil {
			_, err = f.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
}
