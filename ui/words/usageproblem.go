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
// ones, "" when they are the newest. A problem with the sign-in is not repeated,
// because faces show it already.
func (w Words) UsageNote(u usage.Usage, now time.Time) string {
	age := Capital(w.UsageAge(u, now))
	switch {
	case u.Problem == "", !u.Problem.OfBackend() && !u.Known():
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
	switch p {
	case usage.ProblemOff:
		return w.Say("plan_usage_problem.off")
	case usage.ProblemSignedOut:
		return w.Say("plan_usage_problem.signed_out")
	case usage.ProblemAPIKey:
		return w.Say("plan_usage_problem.api_key")
	case usage.ProblemNoToken:
		return w.Say("plan_usage_problem.no_token")
	case usage.ProblemLoan:
		return w.Say("plan_usage_problem.loan")
	case usage.ProblemRefused:
		return w.Say("plan_usage_problem.refused")
	case usage.ProblemExpired:
		return w.Say("plan_usage_problem.expired")
	case usage.ProblemUnreadable:
		return w.Say("plan_usage_problem.unreadable")
	case usage.ProblemRestricted:
		return w.Say("plan_usage_problem.restricted")
	case usage.ProblemUnauthorized:
		return w.Say("plan_usage_problem.unauthorized")
	case usage.ProblemForbidden:
		return w.Say("plan_usage_problem.forbidden")
	case usage.ProblemRateLimited:
		return w.Say("plan_usage_problem.rate_limited")
	case usage.ProblemRouting:
		return w.Say("plan_usage_problem.routing")
	case usage.ProblemServer:
		return w.Say("plan_usage_problem.server")
	case usage.ProblemStatus:
		return w.Say("plan_usage_problem.status")
	case usage.ProblemRedirect:
		return w.Say("plan_usage_problem.redirect")
	case usage.ProblemNotReached:
		return w.Say("plan_usage_problem.not_reached")
	case usage.ProblemTooSlow:
		return w.Say("plan_usage_problem.too_slow")
	case usage.ProblemBrokenOff:
		return w.Say("plan_usage_problem.broken_off")
	case usage.ProblemTooLarge:
		return w.Say("plan_usage_problem.too_large")
	case usage.ProblemNotUsage:
		return w.Say("plan_usage_problem.not_usage")
	case usage.ProblemOtherAccount:
		return w.Say("plan_usage_problem.other_account")
	case usage.ProblemNetwork:
		return w.Say("plan_usage_problem.network")
	case usage.ProblemMemory:
		return w.Say("plan_usage_problem.memory")
	}
	return w.Say("plan_usage_problem.unknown")
}
