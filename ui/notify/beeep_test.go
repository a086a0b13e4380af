package notify

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

func TestBeeep(t *testing.T) {
	t.Parallel()
	var title, text string
	b := &Beeep{send: func(a, m string, icon any) error {
		title, text = a, m
		if _, ok := icon.([]byte); !ok {
			t.Errorf("the icon is a %T, which beeep does not take", icon)
		}
		return nil
	}}
	n := Notification{Title: "Title", Account: "ada@example.com", Body: "Body.", Icon: []byte("png")}
	must.Do(t, b.Show(t.Context(), n))
	if title != "Title" || !strings.HasPrefix(text, "Body.\n") || strings.Contains(text, "ada@") {
		t.Errorf("beeep was told %q, %q", title, text)
	}
}

func TestBeeepFails(t *testing.T) {
	t.Parallel()
	failure := errors.New("no desktop")
	b := &Beeep{send: func(string, string, any) error { return failure }}
	if err := b.Show(t.Context(), Notification{}); !errors.Is(err, failure) {
		t.Errorf("Show = %v, want %v", err, failure)
	}
}

func TestBeeepHangs(t *testing.T) {
	t.Parallel()
	release, ended := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	b := &Beeep{send: func(string, string, any) error {
		defer close(ended)
		cancel()
		<-release
		return nil
	}}
	if err := b.Show(ctx, Notification{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Show = %v, want context.Canceled", err)
	}
	if err := b.Show(t.Context(), Notification{}); !errors.Is(err, errBusy) {
		t.Errorf("Show beside a hanging one = %v, want errBusy", err)
	}
	close(release)
	<-ended
}
