package app

import (
	"context"
	"errors"
	"os"

	"rekey/auth"
	"rekey/auth/login"
	"rekey/ui/cli"
)

// signInAPIKey stores the API key that standard input holds. An agent sees it
// like any other change.
func (w wiring) signInAPIKey(ctx context.Context, home string) (cli.Report, error) {
	key, err := readAPIKey(ctx)
	if err != nil {
		return cli.Report{}, err
	}
	h, report, err := w.open(home)
	if err != nil {
		return report, err
	}
	_ = h.Reload(ctx, true) // the store is replaced in any case
	err = h.SignInAPIKey(ctx, key)
	err = errors.Join(err, w.closePart(ctx, h))
	report.State = h.State()
	return report, err
}

// readAPIKey reads until the end of the input or until ctx is done; a blocked
// read then ends with the process.
func readAPIKey(ctx context.Context) (auth.Secret, error) {
	type answer struct {
		key auth.Secret
		err error
	}
	read := make(chan answer, 1)
	go func() {
		key, err := login.ReadAPIKey(os.Stdin)
		read <- answer{key, err}
	}()
	select {
	case a := <-read:
		return a.key, a.err
	case <-ctx.Done():
		return auth.Secret{}, context.Cause(ctx)
	}
}
