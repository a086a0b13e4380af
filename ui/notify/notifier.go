package notify

import (
	"context"
	"image"
	"log/slog"
)

// Notification is one message to the user, all of it plain text.
type Notification struct {
	// Title says what to do.
	Title string
	// Account names whose sign-in it is, "" when not known. It is shown below
	// Body, but never where text becomes another program's argument.
	Account string
	// Body says why, in whole sentences.
	Body string
	// Icon is a picture, nil for none.
	Icon *image.RGBA
	// Button is the label of the button that signs in, and Buttonless the text
	// that replaces it where messages have no buttons.
	Button, Buttonless string
	// SignIn is called when the user presses the button, at most once. It must
	// not block.
	SignIn func()

	silent bool // it replaces one that was seen
}

// Notifier shows at most one message at a time. It is safe for concurrent use.
// Calls end when their context does.
type Notifier interface {
	// Show shows n, replacing the previous message if that is still shown.
	Show(ctx context.Context, n Notification) error
	// Correct silently replaces the message on the screen with n. If the user
	// has closed it, or there is none, nothing is shown.
	Correct(ctx context.Context, n Notification) error
	// Withdraw removes the message. It is not an error if there is none.
	Withdraw(ctx context.Context) error
}

// Desktop is a Notifier for this desktop. Close releases its resources and
// leaves the message on the screen.
type Desktop interface {
	Notifier
	Close() error
}

// onScreen is the one message that a goroutine shows. It belongs to that goroutine.
type onScreen struct {
	notifier Notifier
	opts     Options
	shown    string // the ID of the message on the screen, "" when there is none
}

// withdraw removes the message, if there is one.
func (s *onScreen) withdraw(ctx context.Context) {
	if s.shown == "" {
		return
	}
	s.shown = ""
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if err := s.notifier.Withdraw(ctx); err != nil {
		s.log("Cannot withdraw a notification", err)
	}
}

func (s *onScreen) log(what string, err error) { s.opts.Log.Debug(what, slog.Any("error", err)) }

const (
	appName = "Rekey"
	// appID is the name of the desktop entry, for desktops that group messages.
	appID = "io.github.rekey.Rekey"
)
