package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/auth/store/secretservice"
	"rekey/internal/safefile"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Every row but those marked was tried on Codex 0.169.0.
func TestWhereCredentialsAreRead(t *testing.T) {
	ring, file := compact(t, kit.SignIn("ring")), string(kit.SignIn("file"))
	for _, tt := range []struct {
		name           string
		auto           bool
		inRing, inFile string
		err            error  // of the keyring
		want           string // the refresh token; "" for the error below
		none           bool   // ErrNoCredential
		locked         bool
	}{
		{name: "keyring: both", inRing: ring, inFile: file, want: "ring"},
		{name: "keyring: file only", inFile: file, none: true},
		{name: "keyring: nothing", none: true},
		{name: "keyring: damaged", inRing: "{", inFile: file},
		{name: "keyring: locked", inRing: ring, inFile: file, err: secretservice.ErrLocked, locked: true},
		{name: "keyring: no service", inFile: file, err: secretservice.ErrNoService},
		{name: "auto: both", auto: true, inRing: ring, inFile: file, want: "ring"},
		{name: "auto: file only", auto: true, inFile: file, want: "file"},
		{name: "auto: nothing", auto: true, none: true},
		{name: "auto: damaged keyring", auto: true, inRing: "{", inFile: file, want: "file"},
		{name: "auto: damaged file", auto: true, inRing: ring, inFile: "{", want: "ring"},
		{name: "auto: damaged file only", auto: true, inFile: "{"},
		{name: "auto: locked", auto: true, inRing: ring, inFile: file, err: secretservice.ErrLocked, want: "file"},
		{name: "auto: no service", auto: true, inFile: file, err: secretservice.ErrNoService, want: "file"},
		{name: "auto: no service, nothing", auto: true, err: secretservice.ErrNoService, none: true},
		// Codex says "Not logged in", although that is unknown.
		{name: "auto: locked, no file", auto: true, inRing: ring, err: secretservice.ErrLocked, locked: true},
		{name: "auto: damaged, no file", auto: true, inRing: "{"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := ringStore(t, tt.auto, tt.inRing, tt.inFile)
			r.err = tt.err
			got, err := s.Load(kit.Context(t))
			var unreadable *auth.UnreadableError
			switch {
			case tt.want != "":
				if err != nil || got.RefreshToken().Reveal() != tt.want {
					t.Errorf("error %v, want the token of the %s", err, tt.want)
				}
			case tt.none:
				if !errors.Is(err, auth.ErrNoCredential) {
					t.Errorf("error %v, want ErrNoCredential", err)
				}
			case !errors.As(err, &unreadable) || unreadable.Locked != tt.locked || unreadable.What == nil:
				t.Errorf("error %#v, want *UnreadableError, locked %v", err, tt.locked)
			}
		})
	}
}

func TestWhereCredentialsAreWritten(t *testing.T) {
	ring, file := compact(t, kit.SignIn("ring")), string(kit.SignIn("file"))
	for _, tt := range []struct {
		name           string
		auto           bool
		inRing, inFile string
		err            error  // of the keyring
		sees           string // the refresh token decide is given, "" for nil
		toRing, toFile bool   // where the new content is afterwards; neither: an error
	}{
		{"keyring: nothing", false, "", "", nil, "", true, false},
		{"keyring: both", false, ring, file, nil, "ring", true, false},
		{"keyring: file only", false, "", file, nil, "", true, false},
		{"keyring: damaged", false, "{", "", nil, "", true, false},
		{"keyring: locked", false, ring, file, secretservice.ErrLocked, "", false, false},
		{"keyring: no service", false, "", file, secretservice.ErrNoService, "", false, false},
		{"auto: nothing", true, "", "", nil, "", true, false},
		{"auto: both", true, ring, file, nil, "ring", true, false},
		{"auto: file only", true, "", file, nil, "file", true, false},
		{"auto: damaged keyring", true, "{", file, nil, "file", true, false},
		{"auto: no service", true, "", file, secretservice.ErrNoService, "file", false, true},
		{"auto: no service, nothing", true, "", "", secretservice.ErrNoService, "", false, true},
		{"auto: locked", true, ring, file, secretservice.ErrLocked, "file", false, true},
		// Codex writes a file here, which the old item hides after unlocking.
		{"auto: locked, no file", true, ring, "", secretservice.ErrLocked, "", false, false},
		{"auto: does not answer", true, "", file, context.DeadlineExceeded, "", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := ringStore(t, tt.auto, tt.inRing, tt.inFile)
			r.err = tt.err
			if err := s.Writable(kit.Context(t)); (err == nil) != (tt.toRing || tt.toFile) {
				t.Errorf("Writable: %v", err)
			}
			err := s.Update(kit.Context(t), func(current *auth.Snapshot) (*auth.Snapshot, error) {
				if got := current.RefreshToken().Reveal(); got != tt.sees {
					t.Errorf("decide saw %q, want %q", got, tt.sees)
				}
				return kit.Parsed(t, kit.SignIn("new")), nil
			})
			if !tt.toRing && !tt.toFile {
				if unreadable, ok := errors.AsType[*auth.UnreadableError](err); !ok || unreadable.Locked != errors.Is(tt.err, secretservice.ErrLocked) {
					t.Errorf("error %v, want *UnreadableError", err)
				}
				if _, err := os.Stat(filepath.Join(s.file.home, "auth.lock")); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("a lock was taken for a keyring that cannot be written: %v", err)
				}
				if r.items[s.item] != tt.inRing {
					t.Error("the keyring was changed")
				}
				return
			}
			must.Do(t, err)
			if got := r.items[s.item] == compact(t, kit.SignIn("new")); got != tt.toRing {
				t.Errorf("in the keyring: %v, want %v", got, tt.toRing)
			}
			c, err := safefile.Read(s.file.path, maxFile)
			if err != nil || c.Exists != tt.toFile || c.Exists && string(c.Data) != string(kit.SignIn("new")) {
				t.Errorf("in the file: %v, %v; want %v", c.Exists, err, tt.toFile)
			}
			for _, name := range []string{"auth.lock", "auth.json.lock"} {
				if _, err := os.Stat(filepath.Join(s.file.home, name)); err != nil {
					t.Errorf("Codex's lock: %v", err)
				}
			}
		})
	}
}

func TestKeyringUpdateDecidesAgain(t *testing.T) {
	s, r := ringStore(t, false, compact(t, kit.SignIn("one")), "")
	r.onGet = func(n int, r *fakeRing) {
		if n == 2 { // under the lock: a program that takes none has signed in
			r.items[s.item] = compact(t, kit.SignIn("two"))
		}
	}
	var saw []string
	err := s.Update(kit.Context(t), func(current *auth.Snapshot) (*auth.Snapshot, error) {
		saw = append(saw, current.RefreshToken().Reveal())
		return kit.Parsed(t, kit.SignIn("new")), nil
	})
	if err != nil || strings.Join(saw, " ") != "one two" || r.sets != 1 {
		t.Errorf("saw %v, wrote %d times, %v", saw, r.sets, err)
	}
}

func TestKeyringUpdateStopsOnADecision(t *testing.T) {
	s, r := ringStore(t, false, compact(t, kit.SignIn("one")), "")
	err := s.Update(kit.Context(t), func(*auth.Snapshot) (*auth.Snapshot, error) { return nil, auth.ErrStoreChanged })
	if !errors.Is(err, auth.ErrStoreChanged) || r.sets != 0 {
		t.Errorf("error %v after %d writes", err, r.sets)
	}
}

func TestKeyringDelete(t *testing.T) {
	ring, file := compact(t, kit.SignIn("ring")), string(kit.SignIn("file"))
	for _, tt := range []struct {
		name           string
		auto           bool
		inRing, inFile string
		err            error
		removed, fails bool
	}{
		{"keyring: both", false, ring, file, nil, true, false},
		{"keyring: item only", false, ring, "", nil, true, false},
		{"keyring: file only", false, "", file, nil, true, false},
		{"keyring: nothing", false, "", "", nil, false, false},
		{"keyring: locked", false, ring, file, secretservice.ErrLocked, true, true},
		{"auto: both", true, ring, file, nil, true, false},
		{"auto: no service", true, "", file, secretservice.ErrNoService, true, false},
		{"auto: locked, nothing", true, "", "", secretservice.ErrLocked, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := ringStore(t, tt.auto, tt.inRing, tt.inFile)
			r.err = tt.err
			removed, err := s.Delete(kit.Context(t))
			if removed != tt.removed || (err != nil) != tt.fails {
				t.Errorf("got %v, %v", removed, err)
			}
			if _, err := os.Stat(s.file.path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the file is still there: %v", err)
			}
			if _, ok := r.items[s.item]; ok != errors.Is(tt.err, secretservice.ErrLocked) && tt.inRing != "" {
				t.Errorf("in the keyring: %v", ok)
			}
		})
	}
}

func TestKeyringTextsQuoteNothing(t *testing.T) {
	for _, cause := range []error{secretservice.ErrLocked, secretservice.ErrNoService, secretservice.ErrAmbiguous, errForm, context.DeadlineExceeded, errors.New("sekret")} {
		s, r := ringStore(t, false, "sekret", "")
		r.err = cause
		_, err := s.Load(kit.Context(t))
		if err == nil || strings.Contains(err.Error(), "sekret") || !errors.Is(err, cause) {
			t.Errorf("%v: %v", cause, err)
		}
	}
}
