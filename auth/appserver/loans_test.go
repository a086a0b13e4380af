package appserver_test

import (
	"testing"

	"rekey/lend"
	"rekey/test/kit/must"
)

// A client sees the loans of the agent, and has it push and stop.
func TestLoansOverTheSocket(t *testing.T) {
	h := newHome(t, nil, &script{}, ours)
	h.loans = []lend.Loan{{ID: "1", Target: lend.Target{Name: "ssh:box", CodexHome: "/srv"}, Fault: &lend.Fault{Code: lend.TimedOut}, Failures: 2}}
	client := dial(t, h)
	loans, err := client.Loans(t.Context())
	if err != nil || len(loans) != 1 || loans[0].Name != "ssh:box" || loans[0].CodexHome != "/srv" || loans[0].Fault.Code != lend.TimedOut {
		t.Errorf("the loans are %+v, %v", loans, err)
	}
	for want, ask := range map[lend.Code]func() error{
		"pushed":     func() error { return client.PushLoan(t.Context(), "2") },
		lend.Stopped: func() error { return client.StopLoan(t.Context(), "2") },
	} {
		must.Do(t, ask())
		if loans, _ := client.Loans(t.Context()); len(loans) != 1 || loans[0].ID != "2" || loans[0].Ending != want {
			t.Errorf("%s: the loans are %+v", want, loans)
		}
	}
}
