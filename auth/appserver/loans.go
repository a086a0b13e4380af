package appserver

import (
	"context"
	"encoding/json"

	"rekey/lend"
)

type loansResult struct {
	Loans []lend.Loan `json:"loans"`
}

type loanParams struct {
	ID string `json:"id"`
}

func (c *conn) loans(ctx context.Context, _ json.RawMessage) (any, error) {
	loans, err := c.server.Home.Loans(ctx)
	return loansResult{loans}, err
}

func (c *conn) pushLoan(ctx context.Context, p loanParams) (any, error) {
	return nil, c.server.Home.PushLoan(ctx, p.ID)
}

func (c *conn) stopLoan(ctx context.Context, p loanParams) (any, error) {
	return nil, c.server.Home.StopLoan(ctx, p.ID)
}

// Loans implements lend.Session.
func (c *Client) Loans(ctx context.Context) ([]lend.Loan, error) {
	var r loansResult
	err := c.ask(ctx, methodLoans, struct{}{}, &r)
	return r.Loans, err
}

// PushLoan implements lend.Session.
func (c *Client) PushLoan(ctx context.Context, id string) error {
	return c.ask(ctx, methodPushLoan, loanParams{id}, nil)
}

// StopLoan implements lend.Session.
func (c *Client) StopLoan(ctx context.Context, id string) error {
	return c.ask(ctx, methodStopLoan, loanParams{id}, nil)
}
