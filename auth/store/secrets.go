package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"

	"rekey/auth/store/agefile"
	"rekey/auth/store/secretservice"
	"rekey/internal/fault"
	"rekey/internal/safefile"
)

// The names in Codex's encrypted file, and of the item that holds its key.
const (
	secretsService = "codex"
	secretsName    = "global/CODEX_AUTH"
	secretsVersion = 1
)

// secrets is the content of the file. Unknown members are kept.
type secrets struct {
	Version int                        `json:"version"`
	Secrets map[string]json.RawMessage `json:"secrets"`
}

// signIn returns the sign-in among the secrets, which Codex stores as a JSON
// string.
func (c *secrets) signIn() safefile.Content {
	var text string
	if c == nil || json.Unmarshal(c.Secrets[secretsName], &text) != nil {
		return safefile.Content{}
	}
	return safefile.Content{Exists: true, Data: []byte(text)}
}

// with returns a copy with another sign-in, nil for none.
func (c *secrets) with(signIn []byte) *secrets {
	next := &secrets{Version: secretsVersion, Secrets: map[string]json.RawMessage{}}
	if c != nil {
		for name, secret := range c.Secrets {
			next.Secrets[name] = secret
		}
	}
	delete(next.Secrets, secretsName)
	if signIn != nil {
		next.Secrets[secretsName], _ = json.Marshal(string(signIn)) // a string never fails
	}
	return next
}

// errNoKey means that there is a file but no key to open it with.
var errNoKey = fault.New("encrypted_no_key", "its key is not in the keyring")

// opened is the result of opening a file, kept so that each content is opened
// once.
type opened struct {
	file    [sha256.Size]byte
	key     string
	secrets *secrets
	err     error // an error that would occur again: the key, or the content
}

// key returns the passphrase in the keyring. The error is
// secretservice.ErrNoItem or one of unreadable.
func (s *encryptedStore) key(ctx context.Context) (string, error) {
	ctx, cancel := s.bound(ctx)
	defer cancel()
	key, err := s.ring.Get(ctx, s.item)
	if err != nil && !errors.Is(err, secretservice.ErrNoItem) {
		return "", s.unreadable(err)
	}
	return key, err
}

// open decrypts the content of the file; nil means that there is none. Content
// that was opened before needs no key.
func (s *encryptedStore) open(ctx context.Context, c safefile.Content) (*secrets, error) {
	if !c.Exists {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := sha256.Sum256(c.Data)
	if s.last.file == sum && s.last.secrets != nil {
		return s.last.secrets, nil
	}
	key, err := s.key(ctx)
	if err != nil {
		return nil, s.closed(err)
	}
	if s.last.file == sum && s.last.key == key && s.last.err != nil {
		return nil, s.closed(s.last.err)
	}
	now := opened{file: sum, key: key}
	plain, err := s.child.Open(ctx, key, c.Data)
	if err == nil {
		now.secrets = new(secrets)
		if json.Unmarshal(plain, now.secrets) != nil || now.secrets.Version != secretsVersion {
			now.secrets, err = nil, agefile.ErrDamaged
		}
	}
	if errors.Is(err, agefile.ErrPassphrase) || errors.Is(err, agefile.ErrDamaged) {
		now.err = err
	}
	if now.secrets != nil || now.err != nil {
		s.last = now
	}
	if err != nil {
		return nil, s.closed(err)
	}
	return now.secrets, nil
}

// seal encrypts with the key in the keyring, creating one if there is none.
func (s *encryptedStore) seal(ctx context.Context, content *secrets) (sealed []byte, key string, err error) {
	plain, err := json.Marshal(content)
	if err != nil {
		return nil, "", err
	}
	key, err = s.key(ctx)
	if errors.Is(err, secretservice.ErrNoItem) {
		random := make([]byte, 32)
		_, _ = rand.Read(random) // never fails
		key = base64.StdEncoding.EncodeToString(random)
		bounded, cancel := s.bound(ctx)
		err = s.ring.Set(bounded, s.item, key)
		cancel()
	}
	if err != nil {
		return nil, "", err
	}
	sealed, err = s.child.Seal(ctx, key, plain)
	return sealed, key, err
}
