package kit

import (
	"context"
	"sync"

	"rekey/auth"
)

// Store is a credential store that holds bytes, as a file does. It is safe for
// concurrent use; its fields are for the time before, and for Change.
type Store struct {
	mu sync.Mutex // guards everything below
	// Content is what it holds, nil for nothing.
	Content []byte
	// Tries counts the Updates.
	Tries int
	// Full is why nothing can be written, and Late the same, found only by an Update.
	Full, Late error
}

// Change plays another program at the store.
func (s *Store) Change(f func(*Store)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

func (s *Store) parse() (*auth.Snapshot, error) {
	if s.Content == nil {
		return nil, auth.ErrNoCredential
	}
	read, err := auth.ParseSnapshot(s.Content)
	if err != nil {
		return nil, &auth.UnreadableError{Where: "the store", What: err}
	}
	return read, nil
}

// Load implements auth.Store.
func (s *Store) Load(context.Context) (*auth.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parse()
}

// Update implements auth.Store.
func (s *Store) Update(_ context.Context, decide func(*auth.Snapshot) (*auth.Snapshot, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Tries++
	if s.Late != nil {
		return s.Late
	}
	current, err := s.parse()
	if err != nil {
		current = nil
	}
	next, err := decide(current)
	if err == nil {
		s.Content = next.Encode()
	}
	return err
}

// Delete implements auth.Store.
func (s *Store) Delete(context.Context) (removed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	removed = s.Content != nil
	s.Content = nil
	return removed, nil
}

// Writable implements auth.Store.
func (s *Store) Writable(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Full
}

// String implements auth.Store.
func (s *Store) String() string { return "memory" }
