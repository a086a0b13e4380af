package cli

import (
	"context"
	"encoding/json"
	"html"
	"strings"
	"time"

	"rekey/auth"
	"rekey/ui"
	"rekey/ui/words"
)

// bar is a line for Waybar's custom modules (waybar-custom, "return-type":
// "json"). Text and Tooltip are Pango markup.
type bar struct {
	Text    string `json:"text"`
	Alt     string `json:"alt"` // chooses among "format-icons"
	Tooltip string `json:"tooltip"`
	Class   string `json:"class"` // the CSS class
}

// watchBar prints a line whenever the bar would show something else, until ctx
// or a session ends, or nobody reads any more.
func (p *Program) watchBar(ctx context.Context, list []Watched) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var states []<-chan auth.State
	for _, w := range list {
		states = append(states, w.Session.Subscribe(ctx))
	}
	out := json.NewEncoder(p.Out)
	out.SetEscapeHTML(false)
	var last bar
	words.FollowAll(ctx, states, nil, func(all []auth.State, now time.Time) {
		b := p.bar(list, all, now)
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

// bar is what the bar shows: the worst State, and all of them in the tooltip.
func (p *Program) bar(list []Watched, states []auth.State, now time.Time) bar {
	worst := states[ui.Worst(states...)]
	var tooltip []string
	for i, s := range states {
		if len(states) > 1 {
			tooltip = append(tooltip, "<b>"+html.EscapeString(p.short(list[i].Home))+"</b>")
		}
		for _, line := range p.lines(s, now) {
			tooltip = append(tooltip, html.EscapeString(line))
		}
	}
	return bar{
		Text:    html.EscapeString(p.Words.Headline(worst, now)),
		Alt:     string(worst.Status),
		Tooltip: strings.Join(tooltip, "\n"),
		Class:   string(worst.Status),
	}
}
