package usage

import (
	"bytes"
	"encoding/json"
	"math"
	"time"
)

// Answer is the backend's answer about an account.
type Answer struct {
	Usage Usage
	// AccountID and UserID say whose figures they are, "" if unknown.
	AccountID, UserID string
}

// Parse reads the body of GET …/wham/usage. now is the time of the answer on
// this machine's clock; ahead is how far the backend's clock is ahead of it, 0
// if unknown. ok is false only when the body is not a JSON object, or one without
// any member about usage, which a gateway may have sent: members that cannot be
// read are skipped.
func Parse(body []byte, now time.Time, ahead time.Duration) (a Answer, ok bool) {
	top, ok := object(bytes.TrimPrefix(body, []byte("\ufeff")))
	if !ok || !top.any("plan_type", "rate_limit", "additional_rate_limits", "credits", "spend_control", "individual_limit", "rate_limit_reset_credits") {
		return Answer{}, false
	}
	r := reader{now: now.Round(0).UTC(), ahead: ahead}
	a = Answer{AccountID: text(top["account_id"]), UserID: text(top["user_id"])}
	a.Usage = Usage{
		FetchedAt: r.now, Plan: word(top["plan_type"]), Windows: r.windows(top), Credits: credits(top["credits"]),
		ResetCredits: resetCount(top["rate_limit_reset_credits"]), SpendLimit: r.spendLimit(top), Reached: reached(top["rate_limit_reached_type"]),
	}
	return a, true
}

// reader converts the backend's times to this machine's clock.
type reader struct {
	now   time.Time
	ahead time.Duration
}

func (r reader) windows(top members) []Window {
	list := r.pair(top["rate_limit"], Window{Limit: MainLimit})
	var more []json.RawMessage
	_ = json.Unmarshal(top["additional_rate_limits"], &more)
	for _, raw := range more {
		entry, _ := object(raw)
		w := Window{Limit: word(entry["metered_feature"]), Name: word(entry["limit_name"])}
		if w.Limit == "" {
			w.Limit = w.Name
		}
		if w.Limit != "" && w.Limit != MainLimit {
			list = append(list, r.pair(entry["rate_limit"], w)...)
		}
	}
	return order(list)
}

// pair reads the windows of one limit, at most two.
func (r reader) pair(raw json.RawMessage, limit Window) []Window {
	var list []Window
	limits, _ := object(raw)
	for _, place := range []string{"primary_window", "secondary_window"} {
		if m, ok := object(limits[place]); ok && len(m) > 0 {
			list = append(list, r.window(m, limit))
		}
	}
	return list
}

func (r reader) window(m members, w Window) Window {
	w.UsedPercent = number(m["used_percent"])
	seconds := number(m["limit_window_seconds"])
	if seconds != nil && *seconds > 0 && *seconds < math.MaxInt32 {
		w.Minutes = int(math.Ceil(*seconds / 60))
	}
	w.ToldAt = r.now
	after := number(m["reset_after_seconds"])
	w.NotBegun = w.UsedPercent != nil && *w.UsedPercent == 0 && w.Minutes > 0 && after != nil && *after >= *seconds
	if !w.NotBegun {
		w.ResetsAt = r.future(m["reset_at"], after)
	}
	return w
}

// future reads a reset time: seconds since the epoch, or else seconds from now.
// A time in the past is ignored.
func (r reader) future(at json.RawMessage, after *float64) time.Time {
	t := moment(number(at))
	switch {
	case !t.IsZero():
		t = t.Add(-r.ahead)
	case after != nil && *after > 0 && *after < math.MaxInt32:
		t = r.now.Add(time.Duration(*after) * time.Second)
	}
	if !t.After(r.now) {
		return time.Time{}
	}
	return t
}

// spendLimit reads the cap of a workspace: the user's own, else that of the
// group that applies.
func (r reader) spendLimit(top members) *SpendLimit {
	control, _ := object(top["spend_control"])
	rate, _ := object(top["rate_limit"])
	places := []json.RawMessage{top["individual_limit"], rate["individual_limit"], control["individual_limit"]}
	for name, raw := range control {
		if m, ok := object(raw); ok && name != "individual_limit" {
			places = append(places, m["details"])
		}
	}
	for _, raw := range places {
		m, ok := object(raw)
		if !ok || len(m) == 0 {
			continue
		}
		s := &SpendLimit{
			Limit: amount(m["limit"]), Used: amount(m["used"]), Remaining: amount(m["remaining"]),
			UsedPercent: number(m["used_percent"]), ResetsAt: r.future(m["reset_at"], number(m["reset_after_seconds"])),
		}
		if left := number(m["remaining_percent"]); s.UsedPercent == nil && left != nil {
			used := 100 - *left
			s.UsedPercent = &used
		}
		_ = json.Unmarshal(control["reached"], &s.Reached)
		return s
	}
	return nil
}

func credits(raw json.RawMessage) *Credits {
	m, ok := object(raw)
	if !ok {
		return nil
	}
	c := Credits{Balance: amount(m["balance"])}
	has := json.Unmarshal(m["has_credits"], &c.HasCredits) == nil
	unlimited := json.Unmarshal(m["unlimited"], &c.Unlimited) == nil
	if !has && !unlimited && c.Balance == "" {
		return nil
	}
	return &c
}

func resetCount(raw json.RawMessage) *ResetCredits {
	m, _ := object(raw)
	n := number(m["available_count"])
	if n == nil || *n < 0 || *n > math.MaxInt32 {
		return nil
	}
	return &ResetCredits{Available: int(*n)}
}

// ParseResetCredits reads the body of GET …/wham/rate-limit-reset-credits. ok
// is false when the number is missing.
func ParseResetCredits(body []byte, now time.Time) (r ResetCredits, ok bool) {
	count := resetCount(bytes.TrimPrefix(body, []byte("\ufeff")))
	if count == nil {
		return ResetCredits{}, false
	}
	m, _ := object(bytes.TrimPrefix(body, []byte("\ufeff")))
	var list []json.RawMessage
	_ = json.Unmarshal(m["credits"], &list)
	for _, raw := range list {
		credit, _ := object(raw)
		end, err := time.Parse(time.RFC3339, text(credit["expires_at"]))
		if err != nil || text(credit["status"]) != "available" || !end.After(now) {
			continue
		}
		if count.ExpiresAt.IsZero() || end.Before(count.ExpiresAt) {
			count.ExpiresAt = end.UTC()
		}
	}
	return *count, true
}

// reached reads the word in {"type": word}, or a word alone.
func reached(raw json.RawMessage) string {
	if m, ok := object(raw); ok {
		raw = m["type"]
		if raw == nil {
			raw = m["kind"]
		}
	}
	return word(raw)
}
