package store

import (
	"bytes"
	"errors"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"rekey/auth"
	"rekey/auth/memory"
	"rekey/auth/store/secretservice"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

func TestEscrowKeyOfTheKeyring(t *testing.T) {
	s, r := ringStore(t, false, compact(t, kit.SignIn("one")), "")
	if key, err := s.EscrowKey(false); key != nil || err != nil {
		t.Errorf("before it is made: %v", err)
	}
	key, err := s.EscrowKey(true)
	if err != nil || len(key) != escrowKeySize {
		t.Fatalf("got %d bytes, %v", len(key), err)
	}
	for _, create := range []bool{false, true} {
		if again, err := s.EscrowKey(create); err != nil || !bytes.Equal(again, key) {
			t.Errorf("create %v: another key, %v", create, err)
		}
	}
	mine := rekeyItem("escrow|" + s.item.User)
	r.items[mine] = "damaged"
	if key, err := s.EscrowKey(false); key != nil || err != nil {
		t.Errorf("damaged: %v", err)
	}
	r.err = secretservice.ErrLocked
	var unreadable *auth.UnreadableError
	for _, create := range []bool{false, true} {
		if _, err := s.EscrowKey(create); !errors.As(err, &unreadable) || !unreadable.Locked {
			t.Errorf("locked, create %v: %v", create, err)
		}
	}
}

func TestEscrowKeyOfAuto(t *testing.T) {
	s, r := ringStore(t, true, "", string(kit.SignIn("file")))
	if key, err := s.EscrowKey(true); err != nil || key == nil {
		t.Errorf("the next save goes to the keyring: %v", err)
	}
	for _, cause := range []error{secretservice.ErrNoService, secretservice.ErrLocked} {
		r.err = cause
		if key, err := s.EscrowKey(true); err != nil || key != nil {
			t.Errorf("%v: got a key or %v", cause, err)
		}
	}
}

// The escrow of a keyring's home never holds a token in the clear.
func TestEscrowOfAKeyringStore(t *testing.T) {
	s, _ := ringStore(t, false, compact(t, kit.SignIn("one")), "")
	dir := files.TempDir(t)
	kept := auth.NewSecret("sekret")
	answer := auth.TokenResponse{RefreshToken: &kept}
	state := must.Get(memory.Open(safefile.Disk{}, dir))(t)
	state.SealWith(s.EscrowKey)
	now := time.Now().UTC().Round(0)
	must.Do(t, errors.Join(state.Reserve("one", now), state.Keep("one", answer)))
	if bytes.Contains(files.Read(t, filepath.Join(dir, "escrow")), []byte("sekret")) {
		t.Error("the answer is not sealed")
	}
	next := must.Get(memory.Open(safefile.Disk{}, dir))(t)
	next.SealWith(s.EscrowKey)
	want := auth.EscrowEntry{Redeemed: "one", At: now, Sent: true, Answer: &answer}
	if got, ok, err := next.Held(); !ok || err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("held %+v, %v, %v; want %+v", got, ok, err, want)
	}
}
