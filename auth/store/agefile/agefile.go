// Package agefile opens and seals the file in which Codex encrypts secrets: the
// age format (age-encryption.org/v1) with a passphrase, stretched by scrypt
// with work factor 19. That takes two seconds and half a gigabyte of memory, so
// a short-lived child of the same program does it, never a long-running
// process.
//
// Secrets go to the child and back through its standard streams. The package
// touches no file, keyring or network.
package agefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"rekey/internal/fault"
)

// Limit bounds what is opened or sealed, in bytes.
const Limit = 32 << 20

// Codex's own work factor, and the largest that is accepted: each step doubles
// the time and the memory.
const (
	workFactor    = 19
	maxWorkFactor = 20
)

// The errors of opening a file.
var (
	ErrPassphrase = fault.New("encrypted_other_key", "its key in the keyring does not open it")
	ErrDamaged    = fault.New("encrypted_damaged", "it is damaged, or of a kind that this Rekey does not know")
)

// open decrypts a file. The error is ErrPassphrase or ErrDamaged.
func open(passphrase string, sealed []byte) ([]byte, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, ErrPassphrase // an empty one
	}
	identity.SetMaxWorkFactor(maxWorkFactor)
	var mismatch *age.NoIdentityMatchError
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	switch {
	case errors.Is(err, age.ErrIncorrectIdentity), errors.As(err, &mismatch):
		return nil, ErrPassphrase
	case err != nil:
		return nil, ErrDamaged
	}
	plain, err := io.ReadAll(io.LimitReader(r, Limit+1))
	if err != nil || len(plain) > Limit {
		return nil, ErrDamaged
	}
	return plain, nil
}

// seal encrypts a content as Codex does.
func seal(passphrase string, plain []byte) ([]byte, error) {
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, ErrPassphrase
	}
	recipient.SetWorkFactor(workFactor)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipient)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot encrypt: %w", err)
	}
	return sealed.Bytes(), nil
}
