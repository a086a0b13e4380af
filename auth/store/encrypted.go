package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rekey/auth"
	"rekey/auth/codex"
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

// errNoKey means that there is a file but no key to open it with.
var errNoKey = fault.New("encrypted_no_key", "its key is not in the keyring")

// encryptedStore is one home's sign-in in the file that Codex encrypts with a
// key in the keyring or, where Codex's setting is "auto", in auth.json while
// the encrypted file does not have it. Opening and sealing takes two seconds; a
// child does it before the second of Codex's locks is taken.
type encryptedStore struct {
	*keyringStore // its item holds the key
	path          string
	child         agefile.Child

	mu   sync.Mutex // held while a child works, so that a file is not opened twice
	last opened
}

// opened is the result of opening a file, kept so that each content is opened
// once.
type opened struct {
	file    [sha256.Size]byte
	key     string
	secrets *secrets
	err     error // an error that would occur again: the key, or the content
}

// secrets is the content of the file. Unknown members are kept.
type secrets struct {
	Version int                        `json:"version"`
	Secrets map[string]json.RawMessage `json:"secrets"`
}

func newEncryptedStore(home string, auto bool, opts Options) *encryptedStore {
	s := &encryptedStore{
		keyringStore: newKeyringStore(home, auto, opts),
		path:         codex.EncryptedPath(home), child: opts.Child,
	}
	s.item = secretservice.Item{Application: codexApplication, Name: secretsService, User: "secrets|" + codex.ShortHash(home)}
	return s
}

var (
	_ auth.Store = (*encryptedStore)(nil)
	_ Notifier   = (*encryptedStore)(nil)
	_ Unlocker   = (*encryptedStore)(nil)
	_ Sealer     = (*encryptedStore)(nil)
)

// String names the encrypted file.
func (s *encryptedStore) String() string {
	if s.auto {
		return s.path + ", else " + s.file.String()
	}
	return s.path
}

// closed returns err as the reason why the file cannot be used.
func (s *encryptedStore) closed(err error) error {
	var already *auth.UnreadableError
	if errors.As(err, &already) {
		already.Encrypted = true
		return already
	}
	found := &auth.UnreadableError{Where: s.path, Encrypted: true, Err: err}
	switch {
	case errors.Is(err, secretservice.ErrNoItem):
		found.What = errNoKey
	case errors.Is(err, agefile.ErrPassphrase), errors.Is(err, agefile.ErrDamaged), errors.Is(err, agefile.ErrSlow):
		found.What = err
	case errors.Is(err, context.DeadlineExceeded):
		found.What = agefile.ErrSlow
	default:
		found.What = safefile.Reason(err)
	}
	return found
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

// Load implements auth.Store; for "auto" see keyringStore.Load.
func (s *encryptedStore) Load(ctx context.Context) (*auth.Snapshot, error) {
	snapshot, err := s.load(ctx)
	if err == nil || !s.auto {
		return snapshot, err
	}
	return s.orFile(ctx, err)
}

func (s *encryptedStore) load(ctx context.Context) (*auth.Snapshot, error) {
	c, err := s.file.disk.Read(s.path, agefile.Limit)
	if err != nil {
		return nil, s.closed(err)
	}
	content, err := s.open(ctx, c)
	if err != nil {
		return nil, err
	}
	found := content.signIn()
	if !found.Exists {
		return nil, auth.ErrNoCredential
	}
	snapshot, err := auth.ParseSnapshot(found.Data)
	if err != nil {
		return nil, &auth.UnreadableError{Where: s.path, What: err, Encrypted: true}
	}
	return snapshot, nil
}

// Writable implements auth.Store. It checks the keyring, the locks and the
// file's folder.
func (s *encryptedStore) Writable(ctx context.Context) error {
	if err := s.keyringStore.Writable(ctx); err != nil {
		return s.closed(err)
	}
	now, err := s.file.disk.Read(s.path, agefile.Limit)
	if err == nil {
		_, err = s.file.disk.Rehearse(s.path, tempPrefix, roomFor(now))
	}
	if err != nil {
		return fault.New("cannot_write", "{{.Where}} cannot be written: {{.Why}}", "Where", s.path, "Why", safefile.Cause(err))
	}
	return nil
}

// Update implements auth.Store.
func (s *encryptedStore) Update(ctx context.Context, decide decision) error {
	return s.update(ctx, decide, s.round, s.unwritten)
}

// unwritten returns err as the reason why the file was not written.
func (s *encryptedStore) unwritten(err error) error {
	return fault.New("write", "cannot write {{.Where}}: {{.Why}}", "Where", s.path, "Why", safefile.Cause(err))
}

// round tries once. It reports false when the content changed in between.
func (s *encryptedStore) round(ctx context.Context, decide decision) (bool, error) {
	seen, err := s.file.disk.Read(s.path, agefile.Limit)
	if err != nil {
		return false, s.closed(err)
	}
	content, err := s.open(ctx, seen)
	if err != nil {
		return false, err
	}
	text, err := s.next(content.signIn(), decide)
	if err != nil {
		return false, err
	}
	content = content.with(text)
	sealed, key, err := s.seal(ctx, content)
	if err != nil {
		return false, s.closed(err)
	}
	replaced, err := s.replaceFile(ctx, seen, sealed)
	if replaced {
		s.mu.Lock()
		s.last = opened{file: sha256.Sum256(sealed), key: key, secrets: content}
		s.mu.Unlock()
	}
	return replaced, err
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

// replaceFile is the part of round under auth.json.lock.
func (s *encryptedStore) replaceFile(ctx context.Context, seen safefile.Content, sealed []byte) (bool, error) {
	dir := filepath.Dir(s.path)
	if err := s.file.disk.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	fresh, err := s.file.disk.CreateTemp(dir, tempPrefix, sealed, s.path)
	if err != nil {
		return false, err
	}
	defer fresh.Discard()
	s.file.step(StepWritten)
	target, unlock, err := s.lockFile(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	s.file.step(StepTargetLocked)
	if now, err := s.file.disk.Read(s.path, agefile.Limit); err != nil || !now.Same(seen) {
		return false, err
	}
	s.file.step(StepCompared)
	replaced, err := fresh.Swap(s.path, seen)
	if err != nil || !replaced {
		return false, err
	}
	s.file.step(StepRenamed)
	s.file.disk.Sweep(dir, tempPrefix, time.Now())
	_, _ = s.file.removeAll(target) // as in Codex, auth.json only holds what could not be encrypted
	return true, s.file.disk.SyncDir(dir)
}

// Delete implements auth.Store. Like Codex it leaves the key and the file's
// other secrets; without any it removes the file.
func (s *encryptedStore) Delete(ctx context.Context) (removed bool, err error) {
	if _, err := os.Stat(s.file.home); err != nil {
		return false, nil
	}
	unlock, err := s.file.lockHome(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	removed, err = s.forget(ctx)
	fromFile, fileErr := s.file.remove(ctx)
	if err != nil {
		err = fault.New("delete", "cannot delete {{.Where}}: {{.Why}}", "Where", s.path, "Why", safefile.Cause(err))
	}
	return removed || fromFile, errors.Join(err, fileErr)
}

// forget removes the sign-in from the encrypted file, under auth.lock.
func (s *encryptedStore) forget(ctx context.Context) (bool, error) {
	seen, err := s.file.disk.Read(s.path, agefile.Limit)
	if err != nil || !seen.Exists {
		return false, err
	}
	content, err := s.open(ctx, seen)
	if err != nil {
		return false, err
	}
	found, content := content.signIn().Exists, content.with(nil)
	if len(content.Secrets) == 0 {
		_, unlock, err := s.lockFile(ctx)
		if err != nil {
			return false, err
		}
		defer unlock()
		if now, err := s.file.disk.Read(s.path, agefile.Limit); err != nil || !now.Same(seen) {
			return false, errors.Join(err, safefile.ErrRestless)
		}
		_, err = s.file.disk.Remove(s.path)
		return found, errors.Join(err, s.file.disk.SyncDir(filepath.Dir(s.path)))
	}
	if !found {
		return false, nil
	}
	sealed, _, err := s.seal(ctx, content)
	if err != nil {
		return false, s.closed(err)
	}
	replaced, err := s.replaceFile(ctx, seen, sealed)
	if err == nil && !replaced {
		err = safefile.ErrRestless
	}
	return replaced, err
}

// lockFile takes auth.json.lock; target is the auth.json it lies beside.
func (s *encryptedStore) lockFile(ctx context.Context) (target string, unlock func(), err error) {
	if target, err = codex.CredentialPath(s.file.home); err != nil {
		return "", nil, err
	}
	unlock, err = s.file.lockTarget(ctx, target)
	return target, unlock, err
}
