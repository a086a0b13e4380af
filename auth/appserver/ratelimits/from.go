package ratelimits

import (
	"math"
	"reflect"
	"slices"

	"rekey/usage"
)

// From converts u. accountID is the sign-in's, "" when it has none. A limit has
// two places for windows, which its two shortest windows take.
func From(u usage.Usage, accountID string) Result {
	result := Result{ByLimitID: map[string]Snapshot{}, AccountID: optional(accountID)}
	plan := optional(u.Plan)
	if plan != nil {
		name := planName(u.Plan)
		plan = &name
	}
	limits := map[string]Snapshot{mainLimit: mainSnapshot(u)}
	for _, w := range u.Windows {
		limit, known := limits[w.Limit]
		if !known {
			limit = Snapshot{LimitID: w.Limit, LimitName: optional(w.Name)}
		}
		switch place := window(w); {
		case limit.Primary == nil:
			limit.Primary = place
		case limit.Secondary == nil:
			limit.Secondary = place
		}
		limits[w.Limit] = limit
	}
	for id, limit := range limits {
		limit.PlanType = plan
		result.ByLimitID[id] = limit
	}
	result.RateLimits = result.ByLimitID[mainLimit]
	if c := u.ResetCredits; c != nil {
		result.ResetCredits = &ResetCredits{AvailableCount: int64(c.Available)}
	}
	return result
}

// Changed lists the limits that differ between before and after, in the form of
// account/rateLimits/updated.
func Changed(before, after usage.Usage) []Snapshot {
	old := From(before, "").ByLimitID
	var news []Snapshot
	for id, limit := range From(after, "").ByLimitID {
		if !reflect.DeepEqual(old[id], limit) {
			news = append(news, limit)
		}
	}
	slices.SortFunc(news, func(a, b Snapshot) int {
		if a.LimitID < b.LimitID {
			return -1
		}
		return 1
	})
	return news
}

func mainSnapshot(u usage.Usage) Snapshot {
	limit := Snapshot{LimitID: mainLimit, ReachedType: reachedWord(u.Reached)}
	if c := u.Credits; c != nil {
		limit.Credits = &Credits{HasCredits: c.HasCredits, Unlimited: c.Unlimited, Balance: optional(c.Balance)}
	}
	if s := u.SpendLimit; s != nil {
		reached := s.Reached
		limit.SpendControlReached = &reached
		if s.UsedPercent != nil && !s.ResetsAt.IsZero() {
			limit.IndividualLimit = &IndividualLimit{
				Limit: s.Limit, Used: s.Used, RemainingPercent: 100 - rounded(*s.UsedPercent), ResetsAt: s.ResetsAt.Unix(),
			}
		}
	}
	return limit
}

// window returns nil for a window without a percentage, which is required.
func window(w usage.Window) *Window {
	if w.UsedPercent == nil {
		return nil
	}
	place := &Window{UsedPercent: rounded(*w.UsedPercent)}
	if w.Minutes > 0 {
		length := int64(w.Minutes)
		place.WindowDurationMins = &length
	}
	if !w.ResetsAt.IsZero() {
		end := w.ResetsAt.Unix()
		place.ResetsAt = &end
	}
	return place
}

// rounded rounds a percentage to the 32-bit integer that clients expect.
func rounded(percent float64) int64 {
	return int64(min(max(math.Round(percent), math.MinInt32), math.MaxInt32))
}

// optional returns nil for "", which means unknown.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
