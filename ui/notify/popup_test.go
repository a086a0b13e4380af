package notify

import (
	"context"
	"errors"
	"image"
	"strings"
	"testing"

	"rekey/test/kit/must"
)

func TestPopup(t *testing.T) {
	var title, text string
	var icon *image.RGBA
	p := &Popup{send: func(a, m string, i *image.RGBA) error { title, text, icon = a, m, i; return nil }}
	n := Notification{Title: "Title", Account: "ada@example.com", Body: "Body.", Icon: new(image.RGBA)}
	must.Do(t, p.Show(t.Context(), n))
	if title != "Title" || !strings.HasPrefix(text, "Body.\n") || strings.Contains(text, "ada@") || icon != n.Icon {
		t.Errorf("the desktop was told %q, %q", title, text)
	}
}

func TestPopupFails(t *testing.T) {
	failure := errors.New("no desktop")
	p := &Popup{send: func(string, string, *image.RGBA) error { return failure }}
	if err := p.Show(t.Context(), Notification{}); !errors.Is(err, failure) {
		t.Errorf("Show = %v, want %v", err, failure)
	}
}

func TestPopupHangs(t *testing.T) {
	release, ended := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	p := &Popup{send: func(string, string, *image.RGBA) error {
		defer close(ended)
		cancel()
		<-release
		return nil
	}}
	if err := p.Show(ctx, Notification{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Show = %v, want context.Canceled", err)
	}
	if err := p.Show(t.Context(), Notification{}); !errors.Is(err, errBusy) {
		t.Errorf("Show beside a hanging one = %v, want errBusy", err)
	}
	close(release)
	<-ended
}
