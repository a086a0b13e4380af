package memory

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// sealed is a keyring with room for one key.
type sealed struct {
	key []byte
	err error
}

func (k *sealed) get(create bool) ([]byte, error) {
	if k.err != nil {
		return nil, k.err
	}
	if k.key == nil && !create {
		return nil, nil
	}
	if k.key == nil {
		k.key = bytes.Repeat([]byte{7}, 32)
	}
	return k.key, nil
}

func TestEscrowSealed(t *testing.T) {
	dir := files.TempDir(t)
	keyring := &sealed{}
	s := openAt(t, dir)
	s.SealWith(keyring.get)
	now := time.Now().UTC().Round(0)
	must.Do(t, errors.Join(s.Reserve("one", now), s.Sent("one")))
	locked := errors.New("locked")
	keyring.err = locked // between the request and its answer
	kept := answer("sekret-new")
	must.Do(t, s.Keep("one", kept))
	if bytes.Contains(files.Read(t, filepath.Join(dir, escrowFile)), []byte("sekret")) {
		t.Error("the answer is not sealed")
	}

	next := openAt(t, dir)
	if _, _, err := next.Held(); !errors.Is(err, errNotSealing) {
		t.Errorf("without a keyring: %v", err)
	}
	next.SealWith(keyring.get)
	if _, _, err := next.Held(); !errors.Is(err, locked) {
		t.Errorf("while locked: %v", err)
	}
	if err := next.Reserve("one", now); !errors.Is(err, locked) {
		t.Errorf("Reserve while locked: %v", err)
	}
	keyring.err = nil
	mustHold(t, next, auth.EscrowEntry{Redeemed: "one", At: now, Sent: true, Answer: &kept})
	if err := next.Reserve("one", now); !errors.Is(err, errAnswerHeld) {
		t.Errorf("Reserve over a sealed answer: %v", err)
	}

	lost := auth.EscrowEntry{Redeemed: "one", At: now, Sent: true}
	right := keyring.key
	keyring.key = bytes.Repeat([]byte{8}, 32)
	mustHold(t, next, lost)
	keyring.key = nil
	mustHold(t, next, lost)
	keyring.key = right
	damage(t, dir, answerAt+int64(recordHeader)+5, []byte("x")) // the checksum notices before the seal
	mustHold(t, next, lost)
	if err := next.Reserve("one", now); err != nil {
		t.Errorf("Reserve over a lost answer: %v", err)
	}
}

func TestSealedAnswerIsGivenUpInTheEnd(t *testing.T) {
	keyring := &sealed{}
	s := openAt(t, files.TempDir(t))
	s.SealWith(keyring.get)
	old := time.Now().Add(-sealPatience - time.Hour).UTC().Round(0)
	must.Do(t, errors.Join(s.Reserve("one", old), s.Keep("one", answer("new"))))
	keyring.err = errors.New("gone")
	mustHold(t, s, auth.EscrowEntry{Redeemed: "one", At: old, Sent: true})
}
