//go:build linux || freebsd || openbsd || netbsd

package notify

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rekey/test/kit/files"
	"rekey/test/kit/must"
)

// screen counts what it is asked for, and fails with err.
type screen struct {
	err              error
	shown, withdrawn int
}

// Show implements Notifier.
func (s *screen) Show(context.Context, Notification) error { s.shown++; return s.err }

// Correct implements Notifier.
func (s *screen) Correct(context.Context, Notification) error { return s.err }

// Withdraw implements Notifier.
func (s *screen) Withdraw(context.Context) error { s.withdrawn++; return nil }

// Close implements Desktop.
func (s *screen) Close() error { return nil }

// TestFallback: the other way is taken only where there is no service at all,
// not beside one that hangs or refuses.
func TestFallback(t *testing.T) {
	refusal := errors.New("refused")
	tests := []struct {
		name       string
		bus, other error
		shown      int
		want       error
	}{
		{"a service", nil, nil, 0, nil},
		{"none", errNoService, nil, 1, nil},
		{"none and no other way", errNoService, refusal, 1, refusal},
		{"a service that refuses", refusal, nil, 0, refusal},
		{"a service that hangs", context.DeadlineExceeded, nil, 0, context.DeadlineExceeded},
	}
	for _, tt := range tests {
		other := &screen{err: tt.other}
		f := &fallback{bus: &screen{err: tt.bus}, other: other}
		if err := f.Show(t.Context(), Notification{}); !errors.Is(err, tt.want) || other.shown != tt.shown {
			t.Errorf("%s: Show = %v, the other way was taken %d times, want %v, %d", tt.name, err, other.shown, tt.want, tt.shown)
		}
	}
}

// TestPopUp: KDE's program is given the message, and its failure is told.
func TestPopUp(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	if err := popUp("Title", "Text.", nil); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("without kdialog: %v", err)
	}
	script := "#!/bin/sh\nfor word; do echo \"$word\"; done >" + filepath.Join(folder, "words") + "\n"
	must.Do(t, os.WriteFile(filepath.Join(folder, "kdialog"), []byte(script), 0o700))
	must.Do(t, popUp("Title", "Text.", nil))
	want := "--title\nTitle\n--icon\n" + appID + "\n--passivepopup\nText.\n5\n"
	if got := string(files.Read(t, filepath.Join(folder, "words"))); got != want {
		t.Errorf("kdialog was told %q, want %q", got, want)
	}
}
