package replay

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"rekey/internal/box"
)

// reply is one answer of the authority.
type reply struct{ box.Reply }

// UnmarshalJSON reads an answer as a case describes it.
func (p *reply) UnmarshalJSON(data []byte) error {
	var as struct {
		Status      int               `json:"status"`
		Body        json.RawMessage   `json:"body"`
		ContentType string            `json:"content_type"`
		Header      map[string]string `json:"headers"`
		Delay       float64           `json:"delay"` // seconds
		Drop        bool              `json:"drop"`
		Truncate    bool              `json:"truncate"`
	}
	if err := json.Unmarshal(data, &as); err != nil {
		return err
	}
	body, err := bodyOf(as.Body)
	p.Reply = box.Reply{
		Status: cmp.Or(as.Status, http.StatusOK), Body: string(body), Header: as.Header, Delay: seconds(as.Delay), Drop: as.Drop, Truncate: as.Truncate,
	}
	if as.ContentType != "" {
		p.Header = map[string]string{"Content-Type": as.ContentType}
		maps.Copy(p.Header, as.Header)
	}
	return err
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// authority is a box that answers the n-th refresh with the n-th reply, the last
// one again and again, and other paths as the backend. What is no refresh is not
// counted.
type authority struct {
	*box.Server
	began time.Time
}

// listen starts an authority that answers nothing yet: the replies may name its
// address.
func listen() (authority, error) {
	server, err := box.Start(box.Config{})
	return authority{server, time.Now()}, err
}

// play sets the replies to refreshes and those for other paths.
func (a authority) play(replies []reply, backend map[string]reply) {
	a.Answer(func(so []box.Request) box.Reply {
		last := so[len(so)-1]
		switch other, ok := backend[last.Endpoint]; {
		case isRefresh(last) && len(replies) == 0:
			return box.Reply{Status: http.StatusInternalServerError}
		case isRefresh(last):
			return replies[min(len(refreshes(so)), len(replies))-1].Reply
		case ok:
			return other.Reply
		}
		return box.Reply{Status: http.StatusNotFound}
	})
}

// isRefresh counts what follows a redirect, too.
func isRefresh(r box.Request) bool {
	return r.Endpoint == "/oauth/token" || strings.HasPrefix(r.Endpoint, "/redirected")
}

// refreshes are those of the requests that are one.
func refreshes(all []box.Request) (some []box.Request) {
	for _, r := range all {
		if isRefresh(r) {
			some = append(some, r)
		}
	}
	return some
}

// seen returns the refreshes so far.
func (a authority) seen() []box.Request { return refreshes(a.Requests()) }

// late is how long a request that has to come is waited for on a machine that
// does much else.
const late = 5 * time.Second

// settle waits until no request is in flight, none has come or gone for the
// quiet time, and so many as have to come have come or are late.
func (a authority) settle(ctx context.Context, quiet time.Duration, expected int) error {
	begun := time.Now()
	for {
		var all []box.Request
		if err := a.wait(ctx, func(now []box.Request) bool {
			all = now
			return !slices.ContainsFunc(all, func(r box.Request) bool { return r.Outcome == box.OutcomePending })
		}); err != nil {
			return err
		}
		last := a.began
		for _, r := range all {
			if r.Ended.After(last) {
				last = r.Ended
			}
		}
		rest := quiet - time.Since(last)
		if len(refreshes(all)) < expected {
			rest = max(rest, late-time.Since(begun))
		}
		if rest <= 0 {
			return nil
		}
		short, cancel := context.WithTimeout(ctx, rest)
		_ = a.wait(short, func(now []box.Request) bool { return len(now) > len(all) }) // the next round looks
		cancel()
	}
}

// awaitMore waits until there were more than n refreshes.
func (a authority) awaitMore(ctx context.Context, n int) error {
	return a.wait(ctx, func(all []box.Request) bool { return len(refreshes(all)) > n })
}

func (a authority) wait(ctx context.Context, until func([]box.Request) bool) error {
	if err := a.WaitUntil(ctx, until); err != nil {
		return fmt.Errorf("wait for the authority: %w", err)
	}
	return ctx.Err()
}
