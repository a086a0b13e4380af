package agefile

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == Command {
		os.Exit(Serve(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func TestChildOpensWhatItSeals(t *testing.T) {
	t.Parallel()
	const passphrase = "a fake passphrase"
	plain := []byte(`{"version":1}`)
	sealed, err := Child{}.Seal(t.Context(), passphrase, plain)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, plain) || !bytes.Contains(sealed, []byte(" 19\n")) {
		t.Errorf("the file begins with %.60q, want scrypt with work factor 19", sealed)
	}
	again, err := Child{}.Open(t.Context(), passphrase, sealed)
	if err != nil || !bytes.Equal(again, plain) {
		t.Errorf("%q, %v", again, err)
	}
	if _, err := (Child{}).Open(t.Context(), "another", sealed); !errors.Is(err, ErrPassphrase) {
		t.Errorf("another passphrase: %v", err)
	}
	for name, file := range map[string][]byte{"half": sealed[:len(sealed)/2], "without its end": sealed[:len(sealed)-1], "empty": nil, "foreign": []byte("{}")} {
		if _, err := (Child{}).Open(t.Context(), passphrase, file); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v, want %v", name, err, ErrDamaged)
		}
	}
}

func TestChildThatCannotAnswer(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"/nonexistent/rekey", "true", "false"} {
		if _, err := (Child{Program: program}).Open(t.Context(), "fake", nil); err == nil {
			t.Errorf("%s: no error", program)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Child{}).Open(ctx, "fake", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of its context: %v", err)
	}
}
