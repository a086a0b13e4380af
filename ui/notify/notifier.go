package notify

import "context"

// Notification is one message to the user, all of it plain text.
type Notification struct {
	// Title says what to do.
	Title string
	// Account names whose sign-in it is, "" when not known. It is shown below
	// Body, but never where text becomes another program's argument.
	Account string
	// Body says why, in whole sentences.
	Body string
	// Icon is a PNG picture.
	Icon []byte
	// Button is the label of the button that signs in, and Buttonless what is
	// said in the place of one where a message cannot have any.
	Button, Buttonless string
	// SignIn is called when the user presses the button, at most once and on a
	// goroutine that must not be kept waiting.
	SignIn func()

	silent bool // it takes the place of one that was seen
}

// Notifier shows at most one message at a time. It is safe for concurrent use.
// Calls end when their context does.
type Notifier interface {
	// Show puts n on the screen, in the place of the message before it if that
	// is still there.
	Show(ctx context.Context, n Notification) error
	// Correct puts n, without a sound, in the place of the message that is on the
	// screen. If its user has closed it, or there is none, nothing is shown.
	Correct(ctx context.Context, n Notification) error
	// Withdraw takes the message away. None there is not an error.
	Withdraw(ctx context.Context) error
}

// Desktop is a Notifier for this desktop. Close frees what it holds and leaves
// the message on the screen alone.
type Desktop interface {
	Notifier
	Close() error
}

const (
	appName = "Rekey"
	// appID is the name of the desktop entry, for desktops that group messages.
	appID = "io.github.rekey.Rekey"
)
