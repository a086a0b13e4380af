package usage

import (
	"context"
	"errors"
	"time"
)

// NextReset returns when to ask again after the first reset of a full window:
// some seconds after it, but not before the backend may be asked. It is the zero
// time if none is full or the backend has been asked since.
func (s *Service) NextReset() time.Time {
	rec := s.opts.Memory.Load()
	var next time.Time
	for _, w := range rec.Usage.Windows {
		at := w.ResetsAt.Add(afterReset + spread(rec.Account))
		if w.Full() && !w.ResetsAt.IsZero() && rec.AskedAt.Before(at) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if next.IsZero() {
		return next
	}
	if least := rec.AskedAt.Add(s.opts.Fresh); next.Before(least) {
		next = least
	}
	if rest := s.opts.Memory.Rest(); rest.holds(s.opts.Now()) && next.Before(rest.Until) {
		next = rest.Until
	}
	return next
}

// afterReset is how long to wait at least after a reset before asking.
const afterReset = 5 * time.Second

// spread derives up to a quarter of a minute from a fingerprint, so that not
// all clients ask in the same second.
func spread(fingerprint string) time.Duration {
	sum := 0
	for _, c := range []byte(fingerprint) {
		sum += int(c)
	}
	return time.Duration(sum%15) * time.Second
}

// due reports whether the backend may be asked now. A clock that was set back
// does not make the wait longer.
func (s *Service) due(rec *Record, who Asker, now time.Time) bool {
	if rec.Silenced == who.Credentials || s.opts.Memory.Rest().holds(now) {
		return false
	}
	age := now.Sub(rec.AskedAt)
	return age >= s.opts.Fresh || age < -s.opts.Fresh
}

// ask asks once, and once more after a recovery from a 401, and records the
// outcome. It returns the credentials used last.
func (s *Service) ask(ctx context.Context, rec *Record, who Asker) Asker {
	rec.Usage.Problem = ""
	answer, err := s.opts.Backend.Usage(ctx, who)
	if problemOf(err) == ProblemUnauthorized {
		s.opts.Recover(ctx)
		next, problem := s.who(ctx)
		if problem != "" || next.Account != who.Account || next.Credentials == who.Credentials {
			s.failed(rec, who, err)
			return who
		}
		who = next
		answer, err = s.opts.Backend.Usage(ctx, who)
	}
	if err == nil && answer.AccountID != "" && who.AccountID != "" && answer.AccountID != who.AccountID {
		err = &Failure{Problem: ProblemOtherAccount}
	}
	if err != nil {
		s.failed(rec, who, err)
		return who
	}
	rec.Silenced = ""
	s.rested()
	s.opts.Log.Info("usage: asked", "fingerprint", who.Account)
	s.resetCredits(ctx, rec, who, &answer.Usage)
	rec.replace(answer.Usage)
	return who
}

// resetCredits asks when the reset credits expire, if there are some and that
// is unknown. A failure is ignored.
func (s *Service) resetCredits(ctx context.Context, rec *Record, who Asker, u *Usage) {
	had := rec.Usage.ResetCredits
	switch {
	case u.ResetCredits == nil || u.ResetCredits.Available == 0:
	case had != nil && had.Available == u.ResetCredits.Available && had.ExpiresAt.After(u.FetchedAt):
		u.ResetCredits = had
	case had != nil && had.Available == u.ResetCredits.Available && had.ExpiresAt.IsZero():
		// Already asked for, without an answer.
	default:
		if details, err := s.opts.Backend.ResetCredits(ctx, who); err == nil {
			u.ResetCredits = &details
		}
	}
}

// failed records why there are no newer figures.
func (s *Service) failed(rec *Record, who Asker, err error) {
	var f *Failure
	if !errors.As(err, &f) {
		f = &Failure{Problem: ProblemNotReached}
	}
	s.opts.Log.Info("usage: no answer", "problem", f.Problem, "status", f.Status, "fingerprint", who.Account)
	rec.Usage.Problem = f.Problem
	switch {
	case f.Problem == ProblemUnauthorized:
		rec.Silenced = who.Credentials
	case f.wantsRest():
		rest := s.opts.Memory.Rest().next(f, s.opts.Now())
		if err := s.opts.Memory.SetRest(rest); err != nil {
			s.opts.Log.Warn("usage: cannot save the pause", "error", err)
		}
	}
}

// rested clears the pause.
func (s *Service) rested() {
	if s.opts.Memory.Rest() != (Rest{}) {
		_ = s.opts.Memory.SetRest(Rest{}) // it is over in any case
	}
}

// problemOf is the Problem of a Backend's error, "" for none.
func problemOf(err error) Problem {
	var f *Failure
	if errors.As(err, &f) {
		return f.Problem
	}
	return ""
}
