package keeper

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"rekey/auth"
)

// fleet is a simulation of many desktops over a week, in virtual time and
// without goroutines of their own: each desktop's planner is the keeper's, and
// its Codex processes follow Codex's rules (docs/codex.md).
// Every desktop is on from eight or nine in the morning until five to seven in
// the evening of one time zone, and all Codex processes of one share a home.
type fleet struct {
	desktops  int
	processes int           // of Codex on each desktop
	life      time.Duration // of access tokens
	// together: whenever Codex is used, all processes ask at once, as six did
	// when they were recorded. Otherwise each is used on its own, and those
	// after the first find the new token in the home.
	together bool
	// rekey: a keeper runs on every desktop, beside Codex.
	rekey bool
}

const (
	fleetDays = 7
	// fleetUse is the mean time between two uses of Codex while the desktop is on.
	fleetUse = 5 * time.Minute
	// One desktop in fleetDead has a refresh token that is refused for good.
	fleetDead = 100
)

// The hour of Wednesday in which the server answers 503.
var (
	outageBegins = monday.Add(2*24*time.Hour + 3*time.Hour) // at eleven
	outageEnds   = outageBegins.Add(time.Hour)
)

// count is what the server has seen of one kind of client.
type count struct {
	perSecond []uint32 // since monday
	total     int
	reused    int // refused because another process had just refreshed: a process without a token
	dead      int // refused for good
	failed    int // answered 503
}

func newCount() *count { return &count{perSecond: make([]uint32, fleetDays*24*3600)} }

func (c *count) add(at time.Time, requests int) {
	c.perSecond[int(at.Sub(monday)/time.Second)] += uint32(requests)
	c.total += requests
}

// plus returns the sum of both.
func (c *count) plus(d *count) *count {
	sum := newCount()
	for i := range sum.perSecond {
		sum.perSecond[i] = c.perSecond[i] + d.perSecond[i]
	}
	sum.total, sum.reused = c.total+d.total, c.reused+d.reused
	sum.dead, sum.failed = c.dead+d.dead, c.failed+d.failed
	return sum
}

// peak returns the most requests within one second of an interval.
func (c *count) peak(from, to time.Time) (most uint32) {
	for _, n := range c.perSecond[from.Sub(monday)/time.Second : to.Sub(monday)/time.Second] {
		most = max(most, n)
	}
	return most
}

// tally is what the server has seen of all keepers and of all Codex processes.
type tally struct{ keepers, codex *count }

// run simulates the week. Desktops have nothing to do with each other, so each
// processor takes some.
func (f fleet) run() tally {
	all := tally{newCount(), newCount()}
	var mu sync.Mutex // guards all
	var workers sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for first := range n {
		workers.Go(func() {
			own := tally{newCount(), newCount()}
			for i := first; i < f.desktops; i += n {
				newDesktop(f, uint64(i)).week(own)
			}
			mu.Lock()
			defer mu.Unlock()
			all = tally{all.keepers.plus(own.keepers), all.codex.plus(own.codex)}
		})
	}
	workers.Wait()
	return all
}

// desktop is one of the fleet.
type desktop struct {
	fleet
	random  *rand.Rand
	planner planner
	found   situation
	dead    bool // the server refuses the refresh token
	askers  int  // Codex processes that have not been refused since they started
	off     time.Time
}

func newDesktop(f fleet, number uint64) *desktop {
	random := rand.New(rand.NewPCG(number, 5))
	d := &desktop{fleet: f, random: random, planner: planner{random: random}}
	d.dead = number%fleetDead == 0
	d.issue(monday.Add(-time.Duration(random.Int64N(int64(f.life)))))
	return d
}

// issue gives the desktop new tokens.
func (d *desktop) issue(at time.Time) {
	d.found = situation{token: "fake", facts: facts{
		Issued: at, Expires: at.Add(d.life), LastRefresh: at, Seed: d.random.Uint64(),
		KeepFresh: d.rekey,
	}}
}

// week lives through all days.
func (d *desktop) week(t tally) {
	for day := range fleetDays {
		on := monday.AddDate(0, 0, day).Add(time.Duration(d.random.Int64N(int64(time.Hour))))
		d.off = monday.AddDate(0, 0, day).Add(9*time.Hour + time.Duration(d.random.Int64N(int64(2*time.Hour))))
		d.askers = d.processes // started anew
		d.planner.jump(d.found.Seed, on)
		d.day(t, on)
	}
}

// day goes from event to event until the desktop is switched off.
func (d *desktop) day(t tally, now time.Time) {
	for {
		p := d.planner.plan(d.found, now)
		use := d.nextUse(now)
		switch next := earliest(p.at, use); {
		case next.IsZero() || !next.Before(d.off):
			return
		case next.Equal(use):
			now = use
			d.codex(t.codex, now)
		default:
			now = latest(now, p.at)
			d.keeper(t.keepers, p, now)
		}
	}
}

// nextUse draws when a Codex process that would refresh the tokens will next be
// used, the zero time for never. Uses are memoryless, so a new draw may start
// at any moment.
func (d *desktop) nextUse(now time.Time) time.Time {
	if d.askers == 0 {
		return time.Time{}
	}
	mean := float64(fleetUse)
	if !d.together {
		mean /= float64(d.askers)
	}
	return latest(now, opens(d.found.facts)).Add(time.Duration(d.random.ExpFloat64() * mean))
}

// keeper is one request of the keeper.
func (d *desktop) keeper(c *count, p plan, now time.Time) {
	c.add(now, 1)
	var err error
	switch {
	case outage(now):
		c.failed++
		err = &auth.RefreshError{Status: 503}
	case d.dead:
		c.dead++
		d.found.Refused = true // for good: it is kept across restarts
		err = &auth.RefreshError{Permanent: true, Reason: auth.ReasonRevoked, Status: 401}
	default:
		d.issue(now)
	}
	d.planner.done(p, err, d.found, now.Add(latency))
}

// codex is one use of Codex while its tokens are stale.
func (d *desktop) codex(c *count, now time.Time) {
	asking := 1
	if d.together {
		asking = d.askers
	}
	c.add(now, asking)
	switch {
	case outage(now):
		c.failed += asking // each asks again at its next use
	case d.dead:
		c.dead += asking
		d.askers -= asking // each remembers, until it ends
	default:
		c.reused += asking - 1
		d.issue(now)
	}
}

// outage reports whether the server is out of order.
func outage(at time.Time) bool { return !at.Before(outageBegins) && at.Before(outageEnds) }
