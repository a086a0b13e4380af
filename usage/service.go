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

// fresh is how old an answer may be before Look asks again, and so the minimum
// time between two requests.
const fresh = time.Minute

// lookLimit bounds one look: the wait for another process that is asking, two
// requests and a recovery.
const lookLimit = 90 * time.Second

// Asker is the set of credentials to ask with.
type Asker struct {
	// Account is the fingerprint of the account; figures belong to it.
	Account string
	// Credentials is the fingerprint of the credentials.
	Credentials string
	// AccountID is the account that an answer must name, if it names one.
	AccountID string
	// Header sets the headers with the credentials. Nothing else sees the
	// token.
	Header func(set func(name, value string))
}

// Backend is the source of the figures. Errors are *Failure. Implementations
// are safe for concurrent use and bound every call in time.
type Backend interface {
	Usage(ctx context.Context, who Asker) (Answer, error)
	ResetCredits(ctx context.Context, who Asker) (ResetCredits, error)
}

// Options are the parts a Service works with; all but Rollouts, Changed, Fresh
// and Log are required.
type Options struct {
	// Settings returns the user's choices.
	Settings func() Settings
	// Asker returns the credentials to ask with now, or why not to ask.
	Asker func(ctx context.Context) (Asker, Problem)
	// Recover reacts to a 401, once. It may refresh the credentials.
	Recover func(ctx context.Context)
	Backend Backend
	Memory  Memory
	// Rollouts returns what Codex itself was told since the given time, oldest
	// first; nil means nothing.
	Rollouts func(since time.Time) []Told
	// Changed is called with every new Usage, one at a time; nil disables it.
	Changed func(Usage)
	// Fresh is how old an answer may be before Look asks again; 0 means a
	// minute. Only the demo, which has its own backend and little time, sets
	// it.
	Fresh time.Duration
	// Now is the wall clock.
	Now func() time.Time
	// Log receives one line for each request; nil discards them.
	Log *slog.Logger
}

// Settings returns the user's choices.
type Settings struct {
	// On: Rekey may ask for usage.
	On bool
	// Alerts are the percentages at which to alert the user. If there are any,
	// there is also an alert when a full window has been reset.
	Alerts []int
}

// Service knows one home's usage and asks for it when someone looks. It is safe
// for concurrent use and starts nothing by itself.
type Service struct {
	opts   Options
	flight singleflight.Group

	mu   sync.Mutex // guards what follows, and calls of Changed
	last Usage
}

// NewService returns a Service that starts with what its Memory holds.
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

// Known returns what is known without asking. At most it reads a small file of
// Rekey's own.
func (s *Service) Known(ctx context.Context) Usage {
	who, problem := s.who(ctx)
	rec := s.opts.Memory.Load()
	return s.show(&rec, who, problem)
}

// Look returns what is known. It asks first if that is older than a minute and
// asking is allowed. Concurrent looks share one request. ctx bounds only the
// caller's wait.
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

// Read picks up what Codex has logged meanwhile, without asking.
func (s *Service) Read(ctx context.Context) Usage { return s.look(ctx, false) }

// Claim tells the caller whether to show the alert. It returns true exactly
// once for each, across all processes.
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

// History returns the points of the signed-in account, oldest first.
func (s *Service) History(ctx context.Context) []Point {
	who, problem := s.who(ctx)
	if problem == ProblemOff || who.Account == "" {
		return nil
	}
	return s.opts.Memory.History(who.Account)
}

// who returns the credentials to ask with now, or why not to ask.
func (s *Service) who(ctx context.Context) (Asker, Problem) {
	if !s.opts.Settings().On {
		return Asker{}, ProblemOff
	}
	return s.opts.Asker(ctx)
}

// look reads what Codex has logged and, if ask is set and it is due, asks.
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
		if err := s.opts.Memory.Save(rec); err != nil { // otherwise the next process would ask immediately
			return s.unkept(who, err)
		}
		who = s.ask(ctx, &rec, who)
		now = s.opts.Now()
	}
	rec.mark(now)
	if !reflect.DeepEqual(rec, before) {
		if err := s.opts.Memory.Save(rec); err != nil {
			s.opts.Log.Warn("usage: cannot save the figures", "error", err)
		}
	}
	if points := rec.points(before.Usage); len(points) > 0 {
		if err := s.opts.Memory.AddHistory(rec.Account, points, now); err != nil {
			s.opts.Log.Warn("usage: cannot save the history", "error", err)
		}
	}
	return s.show(&rec, who, "")
}

// unkept is the answer when the time of the request could not be saved for
// other processes.
func (s *Service) unkept(who Asker, err error) Usage {
	s.opts.Log.Warn("usage: not asked, because the request could not be recorded", "error", err)
	rec := s.opts.Memory.Load()
	if errors.Is(err, context.DeadlineExceeded) { // another process is asking
		return s.show(&rec, who, ProblemTooSlow)
	}
	return s.show(&rec, who, ProblemMemory)
}

// show publishes what rec holds for who, and returns it.
func (s *Service) show(rec *Record, who Asker, problem Problem) Usage {
	var u Usage
	settings := s.opts.Settings()
	if rec.Account != "" && rec.Account == who.Account {
		u = rec.Usage
		u.Alerts = rec.alerts(settings.Alerts, s.opts.Now())
	}
	u.AlertsAt = settings.Alerts
	if rest := s.opts.Memory.Rest(); problem == "" && rest.holds(s.opts.Now()) {
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
