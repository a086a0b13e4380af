package words

import (
	"strings"
	"testing"

	"rekey/assets/lang"
	"rekey/lend"
)

// TestLoanFaults: each code has words of its own, in every language; of any other the
// borrower's are shown.
func TestLoanFaults(t *testing.T) {
	t.Parallel()
	box := lend.Target{Name: "docker:web", Command: []string{"docker"}}
	for _, language := range lang.Languages() {
		w := New(lang.For(language))
		other := w.LoanFault("from_the_future", box, "its words")
		seen := map[string]lend.Code{other: lend.Failed}
		for _, c := range []lend.Code{
			lend.HostUnknown, lend.Unreachable, lend.KeyRefused, lend.HostKeyUnknown, lend.HostKeyChanged, lend.NoCommand,
			lend.NoContainer, lend.NoShell, lend.TimedOut, lend.CutOff, lend.NoSpace, lend.ReadOnly, lend.Denied, lend.Busy, lend.Keyring,
			lend.OwnSignIn, lend.OwnAPIKey, lend.OtherFile, lend.OtherLoan, lend.SignedOut, lend.OwnerGone, lend.OwnerOther,
		} {
			text := w.LoanFault(c, box, "its words")
			if as, twice := seen[text]; twice || text == "" {
				t.Errorf("%s: %s is %q, as %s", language, c, text, as)
			}
			seen[text] = c
		}
		if got := w.LoanFault(lend.Failed, box, "its words"); got != other || !strings.Contains(got, "its words") {
			t.Errorf("%s: what else went wrong is %q", language, got)
		}
	}
}
