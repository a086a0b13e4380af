package cli

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"rekey/auth"
)

// The formats of "rekey watch".
const (
	formatText   = "text"
	formatJSON   = "json"
	formatWaybar = "waybar"
)

// formats are all of them, the default first.
var formats = []string{formatText, formatJSON, formatWaybar}

func (p *Program) watchCommand(s *scope) *cobra.Command {
	var format string
	var usage bool
	cmd := texts("help.watch", &cobra.Command{
		Use:  "watch",
		Args: p.noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(formats, format) {
				return p.misuse("usage.format", "Given", format)
			}
			if usage && format != formatWaybar {
				return p.misuse("usage.usage_format")
			}
			homes, err := p.homes(s)
			if err != nil {
				return err
			}
			return p.watch(cmd.Context(), homes, format, usage)
		},
	})
	cmd.Flags().BoolVar(&usage, "usage", false, "flag.usage")
	cmd.Flags().StringVar(&format, "format", formatText, "flag.format")
	_ = cmd.RegisterFlagCompletionFunc("format", choices(formats...)) // the flag is there
	return cmd
}

// watch prints until ctx is done. usage is for the waybar format.
func (p *Program) watch(ctx context.Context, homes []string, format string, usage bool) error {
	return p.Watch(ctx, homes, func(ctx context.Context, list []Watched) error {
		if format == formatWaybar {
			return p.watchBar(ctx, list, usage)
		}
		lines := &lines{p: p, json: format == formatJSON, several: len(list) > 1}
		group, ctx := errgroup.WithContext(ctx)
		for _, home := range list {
			group.Go(func() error { return lines.follow(ctx, home) })
		}
		return group.Wait()
	})
}

// lines prints one line for each change in any of several homes.
type lines struct {
	p       *Program
	json    bool
	several bool

	printing sync.Mutex // one line at a time
}

// follow prints the changes in one home until its session ends.
func (l *lines) follow(ctx context.Context, w Watched) error {
	said := "" // the words of the last line
	for st := range w.Session.Subscribe(ctx) {
		if err := l.print(Report{Home: w.Home, State: st}, &said); err != nil {
			return err
		}
	}
	return nil
}

// print prints a State unless its text is the same as the last.
func (l *lines) print(r Report, said *string) error {
	l.printing.Lock()
	defer l.printing.Unlock()
	if l.json {
		return l.p.writeJSON(r, false)
	}
	now := l.p.Now()
	words := l.p.watchLine(r.State, now)
	if words == *said {
		return nil
	}
	*said = words
	screen := l.p.OutScreen
	line := screen.paint(faint, now.Format("15:04:05")) + "  "
	if l.several {
		line += screen.paint(bold, l.p.short(r.Home)) + "  "
	}
	_, err := fmt.Fprintln(l.p.Out, line+screen.paint(styleOf(r.State.Status), words))
	return err
}

// watchLine is a State in one line.
func (p *Program) watchLine(s auth.State, now time.Time) string {
	line := p.Words.Headline(s, now)
	saidSo := s.Status == auth.StatusExpiring && !s.SigningIn
	if expiry := p.Words.Expiry(s, now); expiry != "" && !saidSo {
		line += " · " + expiry
	}
	return line
}
