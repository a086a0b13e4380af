package appserver

import (
	"context"
	"encoding/json"
	"time"

	"rekey/usage"
)

type usageParams struct {
	// Look asks the backend first if the known usage is older than a minute.
	Look bool `json:"look"`
}

// usageMessage is the result of rekey/usage and the notification
// rekey/usageChanged.
type usageMessage struct {
	Schema int         `json:"schema"`
	Usage  usage.Usage `json:"usage"`
}

// told is what of u is still true.
func told(u usage.Usage) usageMessage { return usageMessage{stateSchema, u.At(time.Now())} }

type usageHistoryResult struct {
	Points []usage.Point `json:"points"`
}

func (c *conn) usage(ctx context.Context, p usageParams) (any, error) {
	if !p.Look {
		return told(c.server.Home.Usage()), nil
	}
	u, err := c.server.Home.LookAtUsage(ctx)
	return told(u), err
}

func (c *conn) usageHistory(ctx context.Context, _ json.RawMessage) (any, error) {
	points, err := c.server.Home.UsageHistory(ctx)
	return usageHistoryResult{points}, err
}

// watchUsage pushes every new Usage until the connection ends.
func (c *conn) watchUsage() {
	for u := range c.server.Home.SubscribeUsage(c.ctx) {
		if c.write(note(noteUsage, told(u))) != nil {
			return
		}
	}
}

// Usage implements auth.Session.
func (c *Client) Usage() usage.Usage {
	u, _ := c.usages.Last()
	return u
}

// KnownUsage asks the agent for what it knows, for a client that has only just
// connected. The agent sends nothing for it.
func (c *Client) KnownUsage(ctx context.Context) (usage.Usage, error) {
	var m usageMessage
	err := c.ask(ctx, methodUsage, usageParams{}, &m)
	return m.Usage, err
}

// SubscribeUsage implements auth.Session. The channel is also closed when the agent goes.
func (c *Client) SubscribeUsage(ctx context.Context) <-chan usage.Usage {
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(c.ctx, cancel)
	return c.usages.Subscribe(ctx)
}

// LookAtUsage implements auth.Session.
func (c *Client) LookAtUsage(ctx context.Context) (usage.Usage, error) {
	var m usageMessage
	err := c.ask(ctx, methodUsage, usageParams{Look: true}, &m)
	return m.Usage, err
}

// UsageHistory implements auth.Session.
func (c *Client) UsageHistory(ctx context.Context) ([]usage.Point, error) {
	var r usageHistoryResult
	err := c.ask(ctx, methodUsageHistory, struct{}{}, &r)
	return r.Points, err
}
