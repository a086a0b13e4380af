package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rekey/auth"
)

// switches are the words of "rekey autostart".
var switches = []string{"on", "off", "status"}

func (p *Program) autostartCommand(s *scope) *cobra.Command {
	return texts("help.autostart", &cobra.Command{
		Use:       "autostart " + strings.Join(switches, "|"),
		ValidArgs: switches,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(switches, args[0]) {
				return p.misuse("usage.autostart")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			home, err := p.home(cmd, s)
			if err != nil {
				return err
			}
			return p.WithSession(cmd.Context(), home, func(ctx context.Context, s auth.Session) error {
				return p.autostart(ctx, s, args[0])
			})
		},
	})
}

// autostart shows or changes the desktop's setting. If an agent is running, it
// makes the change, so that its faces show it immediately.
func (p *Program) autostart(ctx context.Context, s auth.Session, word string) error {
	on := s.State().StartAtLogin
	if word != "status" {
		on = word == "on"
		if err := s.SetPreferences(ctx, auth.PreferenceChange{StartAtLogin: &on}); err != nil {
			return err
		}
	}
	id := "autostart.off"
	switch {
	case on && p.NoAutostart != "":
		id = "autostart.not_by_itself"
	case on:
		id = "autostart.on"
	}
	if _, err := fmt.Fprintln(p.Out, p.Words.Say(id, "Desktop", p.NoAutostart)); err != nil {
		return err
	}
	if hint := p.PanelHint(ctx); on && hint != "" {
		p.tell(hint)
	}
	return nil
}
