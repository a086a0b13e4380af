package agent

import (
	"context"

	"rekey/auth/keeper"
)

// keep refreshes the sign-in ahead of everybody until ctx ends.
func (a *Agent) keep(ctx context.Context) error {
	return keeper.New(keeper.Options{
		Manager: a.manager, Log: a.opts.Log,
	}).Run(ctx)
}
