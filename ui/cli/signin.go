package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rekey/auth"
	"rekey/ui/qr"
	"rekey/ui/words"
)

// followSignIn shows the progress of a sign-in until ctx is done. If another
// account has signed in, it says so and agrees, because the user of the command
// chose that account. other reports whether that happened.
func (p *Program) followSignIn(ctx context.Context, s auth.Session) (other bool) {
	var shown auth.SignInProgress
	counting := time.NewTicker(time.Second)
	counting.Stop()
	defer counting.Stop()
	defer p.clearLine()
	states := s.Subscribe(ctx)
	for {
		select {
		case st, ok := <-states:
			if !ok {
				return other
			}
			now := st.SignIn
			if now.Page != "" && (now.Page != shown.Page || now.UserCode != shown.UserCode) {
				p.showSignIn(now)
				if now.UserCode != "" && p.ErrScreen.Rewrites {
					counting.Reset(time.Second)
					p.countDown(now.Until)
				}
			}
			if now.Other != "" && now.Other != shown.Other {
				other = true
				p.clearLine()
				p.tell(p.replaces(now.Other, p.Words.Account(st)))
				_ = s.AnswerSignIn(ctx, true) // if it does not arrive, the flow ends and says so
			}
			shown = now
		case <-counting.C:
			p.countDown(shown.Until)
		case <-ctx.Done():
			return other
		}
	}
}

// replaces says that one account replaces another, whose name may be unknown
// ("").
func (p *Program) replaces(account, before string) string {
	if before == "" {
		return p.Words.Say("login.replaces_present", "Account", words.Line(account))
	}
	return p.Words.Say("login.replaces", "Account", words.Line(account), "Before", before)
}

// showSignIn prints what the user has to do.
func (p *Program) showSignIn(now auth.SignInProgress) {
	p.clearLine()
	w, page := p.Words, "\n  "+p.ErrScreen.paint(underlined, words.OneLine(now.Page))+"\n"
	switch now.Method {
	case auth.SignInDevice:
		fmt.Fprintln(p.Err, w.Say("login.device_page")+"\n"+page)
		for _, row := range p.code(now.Page) {
			fmt.Fprintln(p.Err, "  "+row)
		}
		fmt.Fprintln(p.Err, w.Say("login.device_code")+"\n\n      "+p.ErrScreen.paint(bold, now.UserCode)+"\n")
		if !p.ErrScreen.Rewrites {
			fmt.Fprintln(p.Err, w.Say("login.device_until", "When", now.Until.In(p.Now().Location()).Format("15:04")))
		}
	case auth.SignInCodex:
		fmt.Fprintln(p.Err, w.Say("login.codex_page")+"\n"+page)
	default:
		fmt.Fprintln(p.Err, w.Say("login.browser_page")+"\n"+page+"\n"+w.Say("login.elsewhere"))
	}
}

// countDown replaces the last line with how long a code still works.
func (p *Program) countDown(until time.Time) {
	left := max(0, until.Sub(p.Now())).Round(time.Second)
	clock := fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60)
	fmt.Fprint(p.Err, "\r\x1b[K"+p.Words.Say("login.device_left", "Left", clock))
}

// clearLine removes a countdown.
func (p *Program) clearLine() {
	if p.ErrScreen.Rewrites {
		fmt.Fprint(p.Err, "\r\x1b[K")
	}
}

// code is the QR code of an address for the terminal, nil if it does not fit or
// the output is not a terminal.
func (p *Program) code(address string) []string {
	if !p.ErrScreen.Terminal {
		return nil
	}
	squares, err := qr.Encode(address)
	if err != nil || len(squares)+2*qr.QuietZone+2 > p.ErrScreen.columns() {
		return nil
	}
	rows := halves(squares, qr.QuietZone, p.ErrScreen.Colour)
	for i, row := range rows {
		rows[i] = p.ErrScreen.paint(blackOnWhite, row)
	}
	return append(rows, "")
}

// halves draws squares, two rows to a line. Without colours it draws the light
// ones, because most terminals are dark; cameras also read inverted codes.
func halves(dark [][]bool, quiet int, ink bool) (lines []string) {
	size := len(dark) + 2*quiet
	drawn := func(x, y int) bool {
		x, y = x-quiet, y-quiet
		inside := x >= 0 && y >= 0 && x < len(dark) && y < len(dark)
		return (inside && dark[y][x]) == ink
	}
	for y := 0; y < size; y += 2 {
		var line strings.Builder
		for x := range size {
			upper, lower := drawn(x, y), drawn(x, y+1)
			switch {
			case upper && lower:
				line.WriteRune('█')
			case upper:
				line.WriteRune('▀')
			case lower:
				line.WriteRune('▄')
			default:
				line.WriteRune(' ')
			}
		}
		lines = append(lines, line.String())
	}
	return lines
}
