package store

import (
	"testing"
	"time"

	"rekey/auth"
)

func TestUnkeptState(t *testing.T) {
	t.Parallel()
	s := UnkeptState()
	r := auth.Refusal{Fingerprint: "f", Reason: auth.ReasonReused, At: time.Now().UTC()}
	if err := s.Record(r); err == nil {
		t.Error("a refusal was written to nowhere")
	}
	if got, ok := s.Lookup("f"); !ok || got.Reason != r.Reason {
		t.Errorf("Lookup = %+v, %t: forgotten within the process", got, ok)
	}
	if err := s.Reserve("f", time.Now()); err == nil {
		t.Error("an answer could be kept nowhere")
	}
	if _, ok, _ := s.Held(); ok {
		t.Error("nothing holds something")
	}
	if a, b := s.Token(nil), UnkeptState().Token(nil); a == b {
		t.Error("two processes share a key that nobody keeps")
	}
}
