package keeper

import (
	"errors"
	"math/rand/v2"
	"time"

	"rekey/auth"
)

const (
	// settleBase and settleSpread: after a wake or a jump of the clock the
	// keeper waits for the network, and spreads machines that wake together.
	settleBase   = 3 * time.Second
	settleSpread = 12 * time.Second
	// sensitive is how long after a wake a first failure is not shown.
	sensitive = time.Minute
	// lastCall and lastCallSpread are how long before Codex's window opens the
	// one attempt after a lost answer is made, which is longer than a request
	// may take.
	lastCall       = 2 * time.Minute
	lastCallSpread = time.Minute
	// reconsider is how long after an unexplained refusal the server is asked
	// once more. By then what caused it, such as a captive portal, should be
	// gone.
	reconsider = time.Hour
)

// action is what the keeper does at the planned time.
type action int

// The actions.
const (
	rest    action = iota // nothing
	refresh               // ask for new tokens
	save                  // write tokens that have arrived already
	forgive               // forget an unexplained refusal and ask once more
)

// String implements fmt.Stringer, for the log.
func (a action) String() string {
	switch a {
	case refresh:
		return "refresh"
	case save:
		return "save"
	case forgive:
		return "ask once more"
	}
	return "rest"
}

// plan is the next action and its time, which is the zero time for rest.
type plan struct {
	do     action
	at     time.Time
	reason auth.RefreshReason
}

// situation is what a look at the Manager finds.
type situation struct {
	facts
	// token is the refresh token's fingerprint, "" when there is none to keep.
	token string
	// unexplained: the refusal does not name the token.
	unexplained bool
	refusedAt   time.Time
	// answerLost: a request was sent with this token and no answer came.
	answerLost bool
	// unsaved: new tokens have arrived and are not in the store yet.
	unsaved bool
}

// subject identifies what a planner plans for: tokens as issued once.
type subject struct {
	token   string
	expires time.Time
}

// planner is the keeper's memory between looks. Only the keeper's goroutine
// uses it.
type planner struct {
	random *rand.Rand

	about      subject
	failures   int    // in a row
	lost       bool   // the token may be spent
	lastCalled bool   // and the one attempt that is allowed has been made
	fruitless  int    // successes in a row after which a refresh was due at once
	forgiven   string // the token whose unexplained refusal was forgiven once
	waiting    pause  // after the last request
	settling   pause  // after the last wake
}

// plan returns what to do next. It is deterministic: the same situation gives
// the same plan.
func (c *planner) plan(s situation, now time.Time) plan {
	c.meet(s)
	ready := latest(c.waiting.end(now), c.settling.end(now))
	if s.unsaved {
		return plan{do: save, at: latest(now, ready)}
	}
	if s.Refused {
		if !c.forgives(s) {
			return plan{}
		}
		return plan{do: forgive, at: latest(s.refusedAt.Add(reconsider), ready), reason: auth.RefreshForced}
	}
	wanted, reason := due(s.facts)
	if wanted.IsZero() {
		return plan{}
	}
	at := latest(wanted, ready)
	if c.lost {
		if at = c.afterLoss(s.facts, at); at.IsZero() {
			return plan{}
		}
	}
	return plan{do: refresh, at: at, reason: reason}
}

// meet starts over when another program has replaced the tokens.
func (c *planner) meet(s situation) {
	if next := (subject{s.token, s.Expires}); s.token != "" && next != c.about {
		c.begin(next)
		c.waiting.relent()
	}
	c.lost = c.lost || s.answerLost
}

// begin forgets the history of the previous tokens.
func (c *planner) begin(next subject) {
	c.about, c.failures, c.lost, c.lastCalled = next, 0, false, false
}

// forgives reports whether to ask once more after a refusal.
func (c *planner) forgives(s situation) bool {
	return s.unexplained && s.token != c.forgiven && s.KeepFresh && s.Obstacle == ""
}

// afterLoss returns when to refresh with a token that may be spent: exactly
// once shortly before Codex's own window opens, because from then on any Codex
// process would send it; otherwise when the access token has expired and
// nothing is left to lose. It is the zero time for a token with an unknown
// expiry.
func (c *planner) afterLoss(f facts, ready time.Time) time.Time {
	window := opens(f)
	ahead := lastCall + part(f.Seed, drawLastCall, lastCallSpread)
	if last := latest(ready, window.Add(-ahead)); !c.lastCalled && last.Before(window) {
		return last
	}
	if f.Expires.IsZero() {
		return time.Time{}
	}
	return latest(ready, f.Expires)
}

// done updates the planner after an action: err is its outcome and s the
// situation afterwards.
func (c *planner) done(p plan, err error, s situation, now time.Time) {
	if p.do == forgive {
		c.forgiven = s.token
	}
	if err != nil {
		c.failed(err, now)
		return
	}
	c.begin(subject{s.token, s.Expires})
	if next, _ := due(s.facts); !next.IsZero() && next.Before(now.Add(minSpacing)) {
		c.fruitless++
	} else {
		c.fruitless = 0
	}
	c.waiting = pause{from: now, length: spacing(c.fruitless), firm: minSpacing}
}

// failed updates the planner after a failure. If nothing was sent because
// another process made a request a moment ago, it does not count as one, and
// the Manager says how long to wait.
func (c *planner) failed(err error, now time.Time) {
	var re *auth.RefreshError
	if errors.As(err, &re) && !re.NotBefore.IsZero() {
		wait := re.NotBefore.Sub(now)
		c.waiting = pause{from: now, length: wait, firm: wait}
		return
	}
	c.failures++
	if arrived(re) && c.lost {
		c.lastCalled = true
	}
	wish := granted(re)
	c.waiting = pause{
		from: now, length: wish + backoff(c.failures, c.random), firm: max(wish, minSpacing),
	}
}

// arrived reports whether the failed request may have reached the server.
func arrived(e *auth.RefreshError) bool { return e != nil && (e.Status != 0 || e.AnswerLost) }

// jump handles a wake or a clock that was set. What failed may work now, once
// the network is back. Jumps in quick succession count once, because otherwise
// a clock that is set all the time would keep the keeper from asking.
func (c *planner) jump(seed uint64, now time.Time) {
	c.waiting.relent()
	if end := c.settling.end(now); end.Before(now) {
		length := settleBase + part(seed, drawSettle, settleSpread)
		c.settling = pause{from: now, length: length}
	}
}
