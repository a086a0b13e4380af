package agefile_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"rekey/auth/store/agefile"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

func TestMain(m *testing.M) { os.Exit(kit.Main(m)) }

func TestChildOpensWhatItSeals(t *testing.T) {
	rekey := agefile.Child{Program: kit.Rekey(t), Patience: 5 * time.Minute} // with the race detector scrypt takes a minute
	const passphrase = "a fake passphrase"
	plain := []byte(`{"version":1}`)
	sealed := must.Get(rekey.Seal(t.Context(), passphrase, plain))(t)
	if bytes.Contains(sealed, plain) || !bytes.Contains(sealed, []byte(" 19\n")) {
		t.Errorf("the file begins with %.60q, want scrypt with work factor 19", sealed)
	}
	again, err := rekey.Open(t.Context(), passphrase, sealed)
	if err != nil || !bytes.Equal(again, plain) {
		t.Errorf("%q, %v", again, err)
	}
	if _, err := rekey.Open(t.Context(), "another", sealed); !errors.Is(err, agefile.ErrPassphrase) {
		t.Errorf("another passphrase: %v", err)
	}
	for name, file := range map[string][]byte{"half": sealed[:len(sealed)/2], "without its end": sealed[:len(sealed)-1], "empty": nil, "foreign": []byte("{}")} {
		if _, err := rekey.Open(t.Context(), passphrase, file); !errors.Is(err, agefile.ErrDamaged) {
			t.Errorf("%s: %v, want %v", name, err, agefile.ErrDamaged)
		}
	}
}

func TestChildThatCannotAnswer(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"/nonexistent/rekey", "true", "false"} {
		if _, err := (agefile.Child{Program: program}).Open(t.Context(), "fake", nil); err == nil {
			t.Errorf("%s: no error", program)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (agefile.Child{}).Open(ctx, "fake", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of its context: %v", err)
	}
}
