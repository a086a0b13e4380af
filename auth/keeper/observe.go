package keeper

import (
	"time"

	"rekey/auth"
)

// view is what one look at the Manager finds, and the plan for it.
type view struct {
	situation
	now  time.Time
	plan plan
	// tick is when the clock alone will next change the State, the zero time
	// for never.
	tick time.Time
}

// look reads all facts at once, plans, and sets the next refresh in the State.
// That also publishes changes that come from the clock alone.
func (k *Keeper) look() view {
	f := k.manager.Facts()
	v := view{now: k.clock.Now(), situation: k.situation(f)}
	v.plan, v.tick = k.planner.plan(v.situation, v.now), nextTick(f, v.now)
	var next time.Time
	if v.plan.do == refresh {
		next = v.plan.at
	}
	k.manager.SetSchedule(next, k.planner.fruitless >= doubt)
	return v
}

// read returns the situation without planning.
func (k *Keeper) read() situation { return k.situation(k.manager.Facts()) }

// situation converts the Manager's facts.
func (k *Keeper) situation(f auth.Facts) situation {
	s := f.Snapshot
	of := subjectOf(f)
	sit := situation{
		token:   of.token,
		unsaved: f.CommitErr != nil,
		facts: facts{
			Expires:   of.expires,
			Obstacle:  s.Obstacle(),
			KeepFresh: f.KeepFresh,
			Refused:   f.Refusal != nil,
			Seed:      seedOf(of.token),
		},
	}
	sit.answerLost = f.Lost
	sit.Issued = s.AccessIssued()
	last, dated := s.LastRefresh()
	sit.LastRefresh, sit.Unused = last, !dated || s.AccessToken().Empty()
	if f.Refusal != nil {
		sit.unexplained, sit.refusedAt = !f.Refusal.Reason.NamesToken(), f.Refusal.At
	}
	return sit
}

// subjectOf returns the tokens to keep fresh; its token is "" when there are none.
func subjectOf(f auth.Facts) subject {
	if f.Snapshot.Obstacle() != "" {
		return subject{}
	}
	end, _ := f.Snapshot.AccessExpiry()
	return subject{token: f.Token, expires: end}
}

// nextTick returns when the clock alone will next change the State: when the
// access token expires, or, after a failed refresh, when Codex's window before
// that opens.
func nextTick(f auth.Facts, now time.Time) time.Time {
	end, ok := f.Snapshot.AccessExpiry()
	if !ok {
		return time.Time{}
	}
	if window := end.Add(-auth.CodexWindow); (f.Last.Failed() || f.Lost) && window.After(now) {
		return window
	}
	if end.After(now) {
		return end
	}
	return time.Time{}
}

// noted is the plan that was last logged.
type noted struct {
	plan    plan
	because string
}

// rests says why there is nothing to wait for, or returns "" if there is.
func (v view) rests() string {
	switch {
	case v.plan.do != rest:
		return ""
	case v.Obstacle != "":
		return "the credentials cannot be refreshed: " + string(v.Obstacle)
	case !v.KeepFresh:
		return "keeping fresh is switched off"
	case v.Refused:
		return "the sign-in was refused"
	case v.answerLost:
		return "an answer was lost, and the token may be spent"
	}
	return "nothing is due"
}
