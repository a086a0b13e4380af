package words

import (
	"strconv"
	"strings"
	"time"

	"rekey/usage"
)

// Credits is what can be used beyond the windows, "" when there is nothing to say.
func (w Words) Credits(u usage.Usage) string {
	c := u.Credits
	switch {
	case c == nil:
		return ""
	case c.Unlimited:
		return w.Say("plan_usage.credits_unlimited")
	case c.Balance != "" && (c.HasCredits || c.Balance != "0"):
		return w.Say("plan_usage.credits", "Balance", w.amount(c.Balance))
	}
	return ""
}

// ResetCredits is how often the user may still have a window reset, "" for never
// or when it is not known.
func (w Words) ResetCredits(u usage.Usage, now time.Time) string {
	r := u.ResetCredits
	if r == nil || r.Available <= 0 {
		return ""
	}
	count := w.p.Count("plan_usage.reset_credits", r.Available)
	if !r.ExpiresAt.After(now) {
		return count
	}
	return w.Say("plan_usage.reset_credits_until", "Count", count, "When", w.when(r.ExpiresAt, now))
}

// SpendLimit is a workspace's cap, "" when there is none.
func (w Words) SpendLimit(u usage.Usage, now time.Time) string {
	s := u.SpendLimit
	if s == nil {
		return ""
	}
	text := w.Say("plan_usage.spend", "Percent", w.Percent(s.UsedPercent))
	if s.Used != "" && s.Limit != "" {
		text = w.Say("plan_usage.spend_of", "Used", w.amount(s.Used), "Limit", w.amount(s.Limit))
	}
	if s.ResetsAt.After(now) {
		return w.Say("plan_usage.line", "Percent", text, "Reset", w.Say("plan_usage.resets", "When", w.clock(s.ResetsAt, now)))
	}
	return text
}

// UsageReached says which limit of the workspace has been reached, "" when none has.
// That a window is full is what the window says. The words are the backend's, as
// Codex 0.171 knows them.
func (w Words) UsageReached(u usage.Usage) string {
	switch u.Reached {
	case "workspace_owner_credits_depleted", "workspace_member_credits_depleted":
		return w.Say("plan_usage.credits_depleted")
	case "workspace_owner_usage_limit_reached", "workspace_member_usage_limit_reached":
		return w.Say("plan_usage.spend_reached")
	}
	if u.SpendLimit != nil && u.SpendLimit.Reached {
		return w.Say("plan_usage.spend_reached")
	}
	return ""
}

// amount is one of the backend's, "12.50", as the reader writes it. What is no number
// stays as it is.
func (w Words) amount(text string) string {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		text = strings.Replace(text, ".", w.Say("plan_usage.decimal"), 1)
	}
	return Line(text)
}
