package doctor

import (
	"context"
	"errors"
	"strconv"

	"rekey/auth/agent"
	"rekey/auth/appserver"
	"rekey/lend"
)

// agent examines the Rekey that runs for a home.
func (in Inputs) agent(ctx context.Context, o agent.Options) (f found) {
	h := agent.Open(o)
	client, err := h.Attach(ctx)
	var other *appserver.SchemaError
	switch {
	case err == nil:
		defer func() { _ = client.Close() }()
		f.fact(FactAgent, o.Dir, client.AgentVersion())
		if v := client.AgentVersion(); v != in.Version.Number {
			f.finding(FindOtherAgent, Note, o.Dir, "Version", v)
		}
	case errors.As(err, &other):
		f.fact(FactAgent, o.Dir, other.Version)
		f.finding(FindOtherSchema, Warning, o.Dir, "Why", err)
	case h.Running():
		f.word(FactAgent, o.Dir, WordSilent)
		f.finding(FindMuteAgent, Problem, o.Dir, "Why", err)
	default:
		f.word(FactAgent, o.Dir, WordNone)
		f.finding(FindNoAgent, Note, o.Dir)
	}
	f.loans(o, h.Running())
	return f
}

// loans looks at whom the home's sign-in is lent to.
func (f *found) loans(o agent.Options, running bool) {
	loans, err := lend.OpenBook(lend.BookPath(o.Dirs.StateDir(o.Dir))).List()
	if err != nil {
		f.finding(FindLoansUnreadable, Problem, o.Dir, "Why", err)
		return
	}
	if len(loans) == 0 {
		return
	}
	f.fact(FactLoans, o.Dir, strconv.Itoa(len(loans)))
	for _, l := range loans {
		switch {
		case l.Ended != "":
			f.finding(FindLoanEnded, Note, o.Dir, "Who", l.Name, "Why", l)
		case l.Failures > 0:
			f.finding(FindLoanFailing, Warning, o.Dir, "Who", l.Name, "Why", l)
		}
	}
	if !running {
		f.finding(FindLoansNoAgent, Warning, o.Dir)
	}
}
