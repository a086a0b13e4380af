package usage

import "time"

// steps are how long the backend is left alone when it wants to be and does not
// say for how long, the first time and after that.
var steps = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// maxRest is the longest pause that a backend can ask for.
const maxRest = 24 * time.Hour

// next is the pause that follows from a failure: what the backend asks for, at
// least a minute and at most a day, else the next of the steps.
func (r Rest) next(f *Failure, now time.Time) Rest {
	pause := steps[min(r.Times, len(steps)-1)]
	if f.RetryAfter > 0 {
		pause = min(max(f.RetryAfter, steps[0]), maxRest)
	}
	return Rest{Until: now.Add(pause).Round(0).UTC(), Times: r.Times + 1, Problem: f.Problem}
}
