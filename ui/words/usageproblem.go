package words

import (
	"cmp"
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
	return w.Say(cmp.Or(usageProblems[p], "plan_usage_problem.unknown"))
}

// usageProblems are message ids.
var usageProblems = map[usage.Problem]string{
	usage.ProblemOff:          "plan_usage_problem.off",
	usage.ProblemSignedOut:    "plan_usage_problem.signed_out",
	usage.ProblemAPIKey:       "plan_usage_problem.api_key",
	usage.ProblemNoToken:      "plan_usage_problem.no_token",
	usage.ProblemLoan:         "plan_usage_problem.loan",
	usage.ProblemRefused:      "plan_usage_problem.refused",
	usage.ProblemExpired:      "plan_usage_problem.expired",
	usage.ProblemUnreadable:   "plan_usage_problem.unreadable",
	usage.ProblemRestricted:   "plan_usage_problem.restricted",
	usage.ProblemUnauthorized: "plan_usage_problem.unauthorized",
	usage.ProblemForbidden:    "plan_usage_problem.forbidden",
	usage.ProblemRateLimited:  "plan_usage_problem.rate_limited",
	usage.ProblemRouting:      "plan_usage_problem.routing",
	usage.ProblemServer:       "plan_usage_problem.server",
	usage.ProblemStatus:       "plan_usage_problem.status",
	usage.ProblemRedirect:     "plan_usage_problem.redirect",
	usage.ProblemNotReached:   "plan_usage_problem.not_reached",
	usage.ProblemTooSlow:      "plan_usage_problem.too_slow",
	usage.ProblemBrokenOff:    "plan_usage_problem.broken_off",
	usage.ProblemTooLarge:     "plan_usage_problem.too_large",
	usage.ProblemNotUsage:     "plan_usage_problem.not_usage",
	usage.ProblemOtherAccount: "plan_usage_problem.other_account",
	usage.ProblemNetwork:      "plan_usage_problem.network",
	usage.ProblemMemory:       "plan_usage_problem.memory",
}
