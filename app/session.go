package app

import (
	"context"
	"errors"

	"rekey/auth"
	"rekey/auth/agent"
	"rekey/auth/appserver"
)

// withSession calls face with a session of the home for the length of one
// command: through its agent if one is running, else in this process. If the
// agent exits meanwhile, face is called once more.
func (w wiring) withSession(ctx context.Context, home string, face func(context.Context, auth.Session) error) error {
	o, err := w.options(home)
	if err != nil {
		return err
	}
	o.Store.SharedBus = true    // there is no tray in this process to disturb
	o.ShowURL = func(string) {} // the face shows it
	o.OpenURL = func(ctx context.Context, url string) error {
		err := openURL(ctx, url)
		if err != nil {
			w.tell("tell.no_browser", "Why", w.words.Error(err))
		}
		return err
	}
	for alone := false; ; alone = true {
		v, err := agent.OpenOneShot(ctx, o, alone)
		if err != nil {
			return err
		}
		err = face(ctx, v)
		if v.Attached && errors.Is(err, appserver.ErrAgentGone) && ctx.Err() == nil {
			_ = v.Close(ctx) // an error of the connection, which has ended
			continue
		}
		return errors.Join(err, w.closePart(ctx, v))
	}
}
