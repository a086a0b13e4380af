package cli

import (
	"context"
	"io"
	"time"

	"rekey/auth"
	"rekey/internal/doctor"
	"rekey/lend"
	"rekey/ui/words"
	"rekey/usage"
)

// Program is what the commands stand on. Every field but Problems is needed.
// The functions honour ctx.
type Program struct {
	// Version is shown by --version.
	Version string
	// In, Out and Err are the standard streams.
	In       io.Reader
	Out, Err io.Writer
	// InTerminal: In is a terminal, where somebody would have to type.
	InTerminal bool
	// OutScreen and ErrScreen are where Out and Err lead.
	OutScreen, ErrScreen Screen
	// Words are the language that the commands speak.
	Words words.Words
	// Now is the wall clock, in the local zone.
	Now func() time.Time
	// Problems is what of the configuration cannot be used, nil for nothing.
	Problems []error

	// UserHome is the user's home directory, "" where it is not known.
	UserHome string
	// Homes are the Codex homes, absolute and each once: those that are named,
	// else those of the environment, the configuration or Codex. The error is
	// about those that cannot be found, beside the others.
	Homes func(named []string) ([]string, error)
	// Status reads a home's State once, sending nothing.
	Status func(ctx context.Context, home string) (Report, error)
	// Refresh refreshes a home's sign-in once and returns the State it left. Its
	// error is that of auth.Manager.Refresh.
	Refresh func(ctx context.Context, home string) (Report, error)
	// WithSession calls face with a session for the length of one command: through
	// the home's agent where one runs, else in this process, under the same
	// promises. It does not return while a refresh is under way here. If the
	// agent ends meanwhile, face is called once more.
	WithSession func(ctx context.Context, home string, face func(ctx context.Context, s auth.Session) error) error
	// SignInAPIKey stores the API key that In holds, and returns the State.
	SignInAPIKey func(ctx context.Context, home string) (Report, error)
	// Watch calls face with a session for each home, the agent's own or a
	// client's, until ctx ends.
	Watch func(ctx context.Context, homes []string, face func(ctx context.Context, list []Watched) error) error
	// Tray shows the tray until the user quits or ctx ends. NoTrayError means
	// that there is nowhere to show it.
	Tray func(ctx context.Context, homes []string) error
	// Window shows the window of the homes' agents, the first home on show.
	Window func(ctx context.Context, homes []string) error
	// NoAutostart is the desktop that runs if it is one that starts no autostart
	// entries by itself, else "".
	NoAutostart string
	// PanelHint says what this desktop needs to show the icon, "" for nothing.
	PanelHint func(ctx context.Context) string
	// Doctor finds out what there is on this machine and what is wrong with it.
	Doctor func(ctx context.Context, homes []string) (doctor.Report, error)
	// Config is what the configuration amounts to.
	Config func() Configuration
	// Lending is how a home's sign-in is lent to other machines, and whether a
	// Rekey is running that goes on pushing.
	Lending func(ctx context.Context, home string) (owner *lend.Owner, running bool, err error)
	// MakeHome makes the folder of another account's home, and copies into it what
	// there is of settings, prompts and skills in the home like, "" for none.
	MakeHome func(home, like string) (Copied, error)
	// AddHome has Rekey look after a home from now on; RemoveHome no longer, and
	// reports whether it did.
	AddHome    func(ctx context.Context, home string) error
	RemoveHome func(ctx context.Context, home string) (bool, error)
	// Become turns this process into another program whose Codex home is home.
	Become func(home string, argv []string) error
	// AppServer answers Codex's app-server dialect on the standard streams.
	AppServer func(ctx context.Context, home string, noWatch bool) error
	// Demo shows the main job in a sandbox.
	Demo func(ctx context.Context, o DemoOptions) error
}

// Copied is what was copied into a new home.
type Copied struct {
	// Files are their paths in the home.
	Files []string
	// Left are those that were not copied, and why.
	Left map[string]error
}

// Report is a State and the home it belongs to, and what is known of its usage.
type Report struct {
	Home  string
	State auth.State
	Usage usage.Usage
	// Absence says why a home without a sign-in may not be the one that was
	// meant, nil when there is nothing to say.
	Absence error
}

// Watched is a home and its session.
type Watched struct {
	Home    string
	Session auth.Session
}

// DemoOptions are the flags of "rekey demo".
type DemoOptions struct {
	// Auto clicks by itself.
	Auto bool
	// Text stays in the terminal even where there is a display.
	Text bool
}

// NoTrayError says in one sentence why there can be no tray.
type NoTrayError struct{ Reason string }

// Error implements error.
func (e *NoTrayError) Error() string { return e.Reason }
