package cli

import (
	"context"
	"encoding/json"
	"html"
	"strings"
	"sync"
	"time"

	"rekey/auth"
	"rekey/ui"
	"rekey/ui/words"
	"rekey/usage"
)

// bar is a line for Waybar's custom modules (waybar-custom, "return-type":
// "json"). Text and Tooltip are Pango markup.
type bar struct {
	Text    string `json:"text"`
	Alt     string `json:"alt"` // chooses among "format-icons"
	Tooltip string `json:"tooltip"`
	Class   string `json:"class"` // the CSS class
}

// barLook is how often a bar that shows usage updates it. Other faces may
// update it more often.
const barLook = 5 * time.Minute

// watchBar prints a line whenever the bar's content changes, until ctx or a
// session ends or the reader goes away. withUsage: the text is how much of the
// plan is used, while the sign-in is healthy.
func (p *Program) watchBar(ctx context.Context, list []Watched, withUsage bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var looking sync.WaitGroup
	defer looking.Wait()
	defer cancel(nil)
	look := make(chan struct{}, 1)
	for _, w := range list {
		looking.Go(func() {
			words.FollowUsage(ctx, w.Session.SubscribeUsage(ctx), func(usage.Usage, time.Time) {
				select {
				case look <- struct{}{}:
				default:
				}
			})
		})
		if withUsage {
			looking.Go(func() { keepLooking(ctx, w.Session) })
		}
	}
	var states []<-chan auth.State
	for _, w := range list {
		states = append(states, w.Session.Subscribe(ctx))
	}
	out := json.NewEncoder(p.Out)
	out.SetEscapeHTML(false)
	var last bar
	words.FollowAll(ctx, states, look, func(all []auth.State, now time.Time) {
		b := p.bar(list, all, now, withUsage)
		if b == last {
			return
		}
		last = b
		if err := out.Encode(b); err != nil {
			cancel(err)
		}
	})
	return context.Cause(ctx)
}

// keepLooking updates the usage until ctx is done.
func keepLooking(ctx context.Context, s auth.Session) {
	ticks := time.NewTicker(barLook)
	defer ticks.Stop()
	for {
		_, _ = s.LookAtUsage(ctx) // subscribers get the result
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
	}
}

// bar is the bar's content: the worst State, and in the tooltip all of them
// with the known usage.
func (p *Program) bar(list []Watched, states []auth.State, now time.Time, withUsage bool) bar {
	place := ui.Worst(states...)
	worst := states[place]
	text := p.Words.Headline(worst, now)
	if tightest := p.Words.Tightest(list[place].Session.Usage().At(now), now); withUsage && tightest != "" && ExitCode(worst.Status) == ExitOK {
		text = tightest
	}
	var tooltip []string
	for i, s := range states {
		if len(states) > 1 {
			tooltip = append(tooltip, "<b>"+html.EscapeString(p.short(list[i].Home))+"</b>")
		}
		lines := p.lines(s, now)
		u := list[i].Session.Usage().At(now)
		for _, of := range u.Windows {
			lines = append(lines, p.Words.WindowRow(of, now))
		}
		if note := p.Words.UsageNote(u, now); note != "" {
			lines = append(lines, note)
		}
		for _, line := range lines {
			tooltip = append(tooltip, html.EscapeString(line))
		}
	}
	return bar{
		Text:    html.EscapeString(text),
		Alt:     string(worst.Status),
		Tooltip: strings.Join(tooltip, "\n"),
		Class:   string(worst.Status),
	}
}
