package usage

import (
	"encoding/json"
	"math"
	"time"
)

// ParseTold reads one line of Codex's session files (recorded from Codex
// 0.171.0); ok is false for a line without a limit. Nothing else of the line is
// read, because it may hold the user's text.
func ParseTold(line []byte) (t Told, ok bool) {
	event, _ := object(line)
	payload, _ := object(event["payload"])
	if text(event["type"]) != "event_msg" || text(payload["type"]) != "token_count" {
		return Told{}, false
	}
	limits, ok := object(payload["rate_limits"])
	if !ok {
		return Told{}, false
	}
	at, err := time.Parse(time.RFC3339, text(event["timestamp"]))
	if err != nil {
		return Told{}, false
	}
	t = Told{At: at.UTC(), Credits: credits(limits["credits"]), Reached: reached(limits["rate_limit_reached_type"])}
	limit := Window{Limit: word(limits["limit_id"]), ToldAt: t.At}
	if limit.Limit == "" {
		limit.Limit = MainLimit
	}
	if limit.Limit != MainLimit {
		limit.Name = word(limits["limit_name"])
	}
	for _, place := range []string{"primary", "secondary"} {
		if w, ok := t.window(limits[place], limit); ok {
			t.Windows = append(t.Windows, w)
		}
	}
	return t, len(t.Windows) > 0 || t.Credits != nil || t.Reached != ""
}

func (t Told) window(raw json.RawMessage, w Window) (Window, bool) {
	m, ok := object(raw)
	w.UsedPercent = number(m["used_percent"])
	if !ok || w.UsedPercent == nil {
		return Window{}, false
	}
	if length := number(m["window_minutes"]); length != nil && *length > 0 && *length < math.MaxInt32 {
		w.Minutes = int(math.Ceil(*length))
	}
	w.ResetsAt = reader{now: t.At}.future(m["resets_at"], number(m["resets_in_seconds"]))
	return w, true
}
