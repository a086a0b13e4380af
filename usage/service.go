package usage

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// fresh is how old an answer may be for a look to be content with it, and so the
// least time between two questions.
const fresh = time.Minute

// lookLimit bounds one look: the wait for another process that asks, two questions
// and a recovery.
const lookLimit = 90 * time.Second

// Asker is who asks: one set of credentials.
type Asker struct {
	// Account is the fingerprint of the account; figures belong to it.
	Account string
	// Credentials is the fingerprint of the credentials.
	Credentials string
	// AccountID is what an answer names as its account, if it names one.
	AccountID string
	// Header sets the headers that the credentials are for. Nothing else sees
	// the token.
	Header func(set func(name, value string))
}

// Backend answers questions. Errors are *Failure. Implementations are safe for
// concurrent use and bound every call in time.
type Backend interface {
	Usage(ctx context.Context, who Asker) (Answer, error)
	ResetCredits(ctx context.Context, who Asker) (ResetCredits, error)
}

// Options are what a Service works with; all but Rollouts, Changed and Log are
// needed.
type Options struct {
	// Settings are what the user has chosen.
	Settings func() Settings
	// Asker returns who would ask now, or why nobody may.
	Asker func(ctx context.Context) (Asker, Problem)
	// Recover does once what there is to do about a 401. It may refresh the
	// credentials.
	Recover func(ctx context.Context)
	Backend Backend
	Memory  Memory
	// Rollouts returns what Codex itself was told since the given time, the
	// oldest first; nil: nothing is known of that.
	Rollouts func(since time.Time) []Told
	// Changed is called with every new Usage, one at a time; nil: nobody cares.
	Changed func(Usage)
	// Fresh is how old an answer may be for a look to be content with it, a minute
	// when 0. Only the demo, whose time is short and whose backend is its own,
	// sets it.
	Fresh time.Duration
	// Now is the wall clock.
	Now func() time.Time
	// Log receives one line for each question; nil: nobody does.
	Log *slog.Logger
}

// Settings are what the user has chosen.
type Settings struct {
	// On: usage may be asked for at all.
	On bool
	// Alerts are the percents at which the user wants to be told; with any, also
	// when a full window has been reset. None: no alerts.
	Alerts []int
}

// Service knows one home's usage and asks for it when somebody looks. It is safe
// for concurrent use and runs nothing by itself.
type Service struct {
	opts   Options
	flight singleflight.Group

	mu   sync.Mutex // guards what follows, and calls of Changed
	last Usage
}

// NewService returns a Service that knows what its Memory does.
func NewService(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Fresh == 0 {
		o.Fresh = fresh
	}
	if o.Rollouts == nil {
		o.Rollouts = func(time.Time) []Told { return nil }
	}
	return &Service{opts: o}
}

// Known returns what is known without asking: at most a small file of Rekey's
// own is read.
func (s *Service) Known(ctx context.Context) Usage {
	who, problem := s.who(ctx)
	rec := s.opts.Memory.Load()
	return s.show(&rec, who, problem)
}

// Look returns what is known, and asks first if that is older than a minute and
// nothing speaks against it. Looks at the same time share one question. It takes
// as long as the question; ctx bounds only the caller's wait for it.
func (s *Service) Look(ctx context.Context) Usage {
	done := s.flight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookLimit)
		defer cancel()
		return s.look(ctx, true), nil
	})
	select {
	case r := <-done:
		return r.Val.(Usage)
	case <-ctx.Done():
		return s.Known(context.WithoutCancel(ctx))
	}
}

// Read takes over what Codex has written down meanwhile, and asks nothing.
func (s *Service) Read(ctx context.Context) Usage { return s.look(ctx, false) }

// NextReset is some seconds after the first reset of a window that is full, the
// zero time when none is: the moment that somebody who waits for it asks.
func (s *Service) NextReset() time.Time {
	rec := s.opts.Memory.Load()
	var next time.Time
	for _, w := range rec.Usage.Windows {
		if w.Full() && !w.ResetsAt.IsZero() && (next.IsZero() || w.ResetsAt.Before(next)) {
			next = w.ResetsAt
		}
	}
	if next.IsZero() {
		return next
	}
	return next.Add(afterReset + spread(rec.Account))
}

// afterReset is how long after a reset the backend is asked at the earliest.
const afterReset = 5 * time.Second

// spread draws up to a quarter of a minute from a fingerprint, so that not all ask
// in the same second.
func spread(fingerprint string) time.Duration {
	sum := 0
	for _, c := range []byte(fingerprint) {
		sum += int(c)
	}
	return time.Duration(sum%15) * time.Second
}

// Claim reports whether the caller shall show the alert: exactly once for each,
// across all processes.
func (s *Service) Claim(ctx context.Context, id string) (bool, error) {
	unlock, err := s.opts.Memory.Lock(ctx)
	if err != nil {
		return false, err
	}
	defer unlock()
	rec := s.opts.Memory.Load()
	if !rec.claim(id) {
		return false, nil
	}
	return true, s.opts.Memory.Save(rec)
}

// History returns the points of the account that is signed in, the oldest first.
func (s *Service) History(ctx context.Context) []Point {
	who, problem := s.who(ctx)
	if problem == ProblemOff || who.Account == "" {
		return nil
	}
	return s.opts.Memory.History(who.Account)
}

// who returns who would ask now, or why nobody may.
func (s *Service) who(ctx context.Context) (Asker, Problem) {
	if !s.opts.Settings().On {
		return Asker{}, ProblemOff
	}
	return s.opts.Asker(ctx)
}

// look reads what Codex has written down and, if ask is set and it is due, asks.
func (s *Service) look(ctx context.Context, ask bool) Usage {
	who, problem := s.who(ctx)
	if problem != "" {
		rec := s.opts.Memory.Load()
		return s.show(&rec, who, problem)
	}
	unlock, err := s.opts.Memory.Lock(ctx)
	if err != nil {
		return s.unkept(who, err)
	}
	defer unlock()
	now := s.opts.Now()
	rec := s.opts.Memory.Load()
	before := rec.clone()
	rec.belongTo(who.Account, now)
	rec.merge(s.opts.Rollouts(rec.Since))
	if ask && s.due(&rec, who, now) {
		rec.AskedAt = now
		if err := s.opts.Memory.Save(rec); err != nil { // else the next process would ask at once
			return s.unkept(who, err)
		}
		who = s.ask(ctx, &rec, who)
		now = s.opts.Now()
	}
	rec.mark(now)
	if !reflect.DeepEqual(rec, before) {
		if err := s.opts.Memory.Save(rec); err != nil {
			s.opts.Log.Warn("usage: the figures were not kept", "error", err)
		}
	}
	if points := rec.points(before.Usage); len(points) > 0 {
		if err := s.opts.Memory.AddHistory(rec.Account, points); err != nil {
			s.opts.Log.Warn("usage: the history was not kept", "error", err)
		}
	}
	return s.show(&rec, who, "")
}

// unkept is the answer where no process could know when it was asked last.
func (s *Service) unkept(who Asker, err error) Usage {
	s.opts.Log.Warn("usage: nothing is asked, because it could not be remembered", "error", err)
	rec := s.opts.Memory.Load()
	return s.show(&rec, who, ProblemMemory)
}

// due reports whether the backend may be asked now. A clock that was set back is
// no reason to wait.
func (s *Service) due(rec *Record, who Asker, now time.Time) bool {
	if rec.Silenced == who.Credentials || s.opts.Memory.Rest().Until.After(now) {
		return false
	}
	age := now.Sub(rec.AskedAt)
	return age >= s.opts.Fresh || age < -s.opts.Fresh
}

// ask asks once, and once more after a recovery from a 401, and writes down what
// came of it. It returns who asked last.
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

// resetCredits asks when the reset credits expire, where there are some and that
// is not known. It is a detail: nothing comes of a failure.
func (s *Service) resetCredits(ctx context.Context, rec *Record, who Asker, u *Usage) {
	had := rec.Usage.ResetCredits
	switch {
	case u.ResetCredits == nil || u.ResetCredits.Available == 0:
	case had != nil && had.Available == u.ResetCredits.Available && had.ExpiresAt.After(u.FetchedAt):
		u.ResetCredits = had
	case had != nil && had.Available == u.ResetCredits.Available && had.ExpiresAt.IsZero():
		// It was asked for and is not told.
	default:
		if details, err := s.opts.Backend.ResetCredits(ctx, who); err == nil {
			u.ResetCredits = &details
		}
	}
}

// failed writes down why there are no newer figures.
func (s *Service) failed(rec *Record, who Asker, err error) {
	var f *Failure
	if !errors.As(err, &f) {
		f = &Failure{Problem: ProblemNotReached}
	}
	s.opts.Log.Info("usage: not told", "problem", f.Problem, "status", f.Status, "fingerprint", who.Account)
	rec.Usage.Problem = f.Problem
	switch {
	case f.Problem == ProblemUnauthorized:
		rec.Silenced = who.Credentials
	case f.wantsRest():
		rest := s.opts.Memory.Rest().next(f, s.opts.Now())
		if err := s.opts.Memory.SetRest(rest); err != nil {
			s.opts.Log.Warn("usage: the pause was not kept", "error", err)
		}
	}
}

// rested forgets how often the backend has wanted a pause.
func (s *Service) rested() {
	if s.opts.Memory.Rest() != (Rest{}) {
		_ = s.opts.Memory.SetRest(Rest{}) // it is over in any case
	}
}

// show publishes what rec says to who, and returns it.
func (s *Service) show(rec *Record, who Asker, problem Problem) Usage {
	var u Usage
	settings := s.opts.Settings()
	if rec.Account != "" && rec.Account == who.Account {
		u = rec.Usage
		u.Alerts = rec.alerts(settings.Alerts, s.opts.Now())
	}
	u.AlertsAt = settings.Alerts
	if rest := s.opts.Memory.Rest(); problem == "" && rest.Until.After(s.opts.Now()) {
		problem, u.RetryAt = rest.Problem, rest.Until
	}
	if problem != "" {
		u.Problem = problem
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !u.equal(s.last) {
		s.last = u
		if s.opts.Changed != nil {
			s.opts.Changed(u)
		}
	}
	return u
}

// problemOf is the Problem of a Backend's error, "" for none.
func problemOf(err error) Problem {
	var f *Failure
	if errors.As(err, &f) {
		return f.Problem
	}
	return ""
}
