package words

import (
	"time"

	"rekey/usage"
)

// UsageProblem is why there are no newer figures, in a sentence that says what to
// do where anything can be done; "" when nothing stands in the way.
func (w Words) UsageProblem(u usage.Usage, now time.Time) string {
	if u.Problem == "" {
		return ""
	}
	why := w.whyNoUsage(u.Problem)
	if u.RetryAt.After(now) {
		return w.Say("plan_usage.again", "Why", why, "When", w.when(u.RetryAt, now))
	}
	return why
}

// UsageNote says in a line how old the figures are and why there are no newer
// ones, "" when they are current. A problem with the sign-in is not repeated,
// because faces show it already.
func (w Words) UsageNote(u usage.Usage, now time.Time) string {
	age := Capital(w.UsageAge(u, now))
	switch {
	case !u.Problem.OfBackend() && !(u.Known() && OldUsage(u, now)):
		return ""
	case !u.Problem.OfBackend():
		return age
	case age == "":
		return w.UsageProblem(u, now)
	}
	return age + " – " + w.whyNoUsage(u.Problem) // there is no room for when it ends
}

// whyNoUsage is a sentence for each problem. One that only a newer agent knows is
// said in general.
func (w Words) whyNoUsage(p usage.Problem) string {
	return w.of("plan_usage_problem.", string(p), "plan_usage_problem.unknown")
}
