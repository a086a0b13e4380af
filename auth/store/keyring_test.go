package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"rekey/auth/store/secretservice"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// fakeRing is a keyring whose moods a test sets.
type fakeRing struct {
	mu    sync.Mutex // guards everything below
	items map[secretservice.Item]string
	err   error                    // what every call fails with
	onGet func(n int, r *fakeRing) // called before the n-th get
	gets  int
	sets  int
}

func (r *fakeRing) Get(_ context.Context, it secretservice.Item) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gets++
	if r.onGet != nil {
		r.onGet(r.gets, r)
	}
	text, ok := r.items[it]
	switch {
	case r.err != nil:
		return "", r.err
	case !ok:
		return "", secretservice.ErrNoItem
	}
	return text, nil
}

func (r *fakeRing) Set(_ context.Context, it secretservice.Item, text string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	r.sets++
	r.items[it] = text
	return nil
}

func (r *fakeRing) Remove(_ context.Context, it secretservice.Item) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	if _, ok := r.items[it]; !ok {
		return secretservice.ErrNoItem
	}
	delete(r.items, it)
	return nil
}

func (r *fakeRing) Ready(context.Context, secretservice.Item) error { return r.err }

// ringStore is a store on a fake keyring. ring and file are what the two
// places hold at first, "" for nothing.
func ringStore(t *testing.T, auto bool, inRing, inFile string) (*keyringStore, *fakeRing) {
	t.Helper()
	s := newKeyringStore(files.TempDir(t), auto, Options{KeyringTimeout: time.Second})
	r := &fakeRing{items: make(map[secretservice.Item]string)}
	s.ring = r
	if inRing != "" {
		r.items[s.item] = inRing
	}
	if inFile != "" {
		files.Write(t, s.file.path, []byte(inFile))
	}
	return s, r
}

// compact is a sign-in as Codex writes it to the keyring.
func compact(t *testing.T, data []byte) string {
	t.Helper()
	var out bytes.Buffer
	must.Do(t, json.Compact(&out, data))
	return out.String()
}

func TestGoKeyringKnowsItsLimits(t *testing.T) {
	mine, codexs := rekeyItem("u"), codexItem("u")
	for _, tt := range []struct {
		goos string
		it   secretservice.Item
		want error
	}{
		{"freebsd", codexs, nil}, {"darwin", codexs, errForm},
		{"darwin", mine, nil}, {"windows", mine, nil},
	} {
		if err := (zalando{tt.goos}).Ready(t.Context(), tt.it); !errors.Is(err, tt.want) {
			t.Errorf("%s, %s: %v, want %v", tt.goos, tt.it.Name, err, tt.want)
		}
	}
}

func TestBoundedGivesUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := bounded(ctx, func() (string, error) { <-t.Context().Done(); return "", nil })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
