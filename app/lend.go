package app

import (
	"context"

	"rekey/lend"
)

// lending is how a home's sign-in is lent, and whether an agent goes on pushing.
func (w wiring) lending(ctx context.Context, home string) (*lend.Owner, bool, error) {
	h, _, err := w.open(home)
	if err != nil {
		return nil, false, err
	}
	_ = h.Reload(ctx, true) // what is wrong shows when something is to be lent
	return h.Lending(), h.Running(), nil
}
