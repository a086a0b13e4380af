package program_test

import (
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit/files"
	"rekey/test/kit/must"
	"rekey/ui/cli"
)

// Two processes that refresh one sign-in send one request: the second takes over
// what the first was given.
func TestSecondRefreshAdopts(t *testing.T) {
	t.Parallel()
	b := newSandbox(t)
	b.signIn(-time.Minute)
	answer := make(chan struct{})
	b.Server.Script(box.Reply{Gate: answer})
	first := b.start("refresh")
	must.Do(t, b.Server.WaitForRequests(inTime(t), 1))
	opened := files.Opening(t, b.Home.AuthPath()+".rekey.lock")
	second := b.start("refresh")
	opened() // it tries the lock only after it has read the sign-in
	close(answer)
	for _, p := range []*running{first, second} {
		p.wait(cli.ExitOK)
		p.out.until(t, 0, "ada@example.com")
	}
	b.wantOutcomes(box.OutcomeOK)
	b.wantQuiet()
}
