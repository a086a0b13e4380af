package keeper

import (
	"errors"
	"math/rand/v2"
	"time"

	"rekey/auth"
)

const (
	// settleBase and settleSpread: after a wake or a jump of the clock the
	// network comes back first, and machines that wake together part.
	settleBase   = 3 * time.Second
	settleSpread = 12 * time.Second
	// sensitive is how long after a wake a first failure says nothing yet.
	sensitive = time.Minute
	// lastCall and lastCallSpread are how long before Codex's window opens the
	// one attempt after a lost answer is made: longer than a request may take.
	lastCall       = 2 * time.Minute
	lastCallSpread = time.Minute
	// reconsider is how long after an unexplained refusal the server is asked
	// once more: whatever stood in between, a captive portal for one, is gone.
	reconsider = time.Hour
)

// action is what the keeper does when a moment has come.
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

// plan is the next action and its moment, which is the zero time for rest.
type plan struct {
	do     action
	at     time.Time
	reason auth.RefreshReason
}

// situation is what a look at the Manager finds.
type situation struct {
	Facts
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

// subject is what a planner plans for: one issue of tokens.
type subject struct {
	token   string
	expires time.Time
}

// planner is the keeper's memory between two looks. Only the keeper's goroutine
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

// plan returns what is to be done next. It draws nothing at random, so two
// looks at one situation come to one plan.
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
	due, reason := Due(s.Facts)
	if due.IsZero() {
		return plan{}
	}
	at := latest(due, ready)
	if c.lost {
		if at = c.afterLoss(s.Facts, at); at.IsZero() {
			return plan{}
		}
	}
	return plan{do: refresh, at: at, reason: reason}
}

// meet begins anew when somebody else has replaced the tokens.
func (c *planner) meet(s situation) {
	if next := (subject{s.token, s.Expires}); s.token != "" && next != c.about {
		c.begin(next)
		c.waiting.relent()
	}
	c.lost = c.lost || s.answerLost
}

// begin forgets what was true of the tokens before.
func (c *planner) begin(next subject) {
	c.about, c.failures, c.lost, c.lastCalled = next, 0, false, false
}

// forgives reports whether a refusal deserves a second question.
func (c *planner) forgives(s situation) bool {
	return s.unexplained && s.token != c.forgiven && s.KeepFresh && s.Obstacle == ""
}

// afterLoss returns when to ask with a token that may be spent: exactly once
// shortly before Codex's own window opens, for then every Codex process would
// spend it; else when the access token has ended and nothing is left to lose.
// It is the zero time for a token whose end nobody knows.
func (c *planner) afterLoss(f Facts, ready time.Time) time.Time {
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

// done learns from an action that has come to its end: err is its outcome and
// s what is found afterwards.
func (c *planner) done(p plan, err error, s situation, now time.Time) {
	if p.do == forgive {
		c.forgiven = s.token
	}
	if err != nil {
		c.failed(err, now)
		return
	}
	c.begin(subject{s.token, s.Expires})
	if due, _ := Due(s.Facts); !due.IsZero() && due.Before(now.Add(minSpacing)) {
		c.fruitless++
	} else {
		c.fruitless = 0
	}
	c.waiting = pause{from: now, length: spacing(c.fruitless), firm: minSpacing}
}

// failed learns from a failure. One whose request another process has made a
// moment ago is none: nothing was sent, and the Manager says until when.
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

// jump learns of a wake or a clock that was set. Whatever failed may work now,
// once the network is back. Jumps that follow each other closely count once, or
// a clock that is set all the time would keep the keeper from asking.
func (c *planner) jump(seed uint64, now time.Time) {
	c.waiting.relent()
	if end := c.settling.end(now); end.Before(now) {
		length := settleBase + part(seed, drawSettle, settleSpread)
		c.settling = pause{from: now, length: length}
	}
}
