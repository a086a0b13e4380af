package window

import (
	"errors"
	"strings"
	"testing"

	"rekey/auth"
	"rekey/internal/version"
)

// TestAbout: version and licence, the diagnostics in the clipboard or why they are
// not, and the folder of the logs.
func TestAbout(t *testing.T) {
	st := open(t, auth.StatusHealthy)
	st.tap("About")
	for _, want := range []string{"Version\n" + version.Current().Number, "Licence\nMIT"} {
		if !strings.Contains(st.text(), want) {
			t.Errorf("it does not show %q but\n%s", want, st.text())
		}
	}
	st.doctor <- errors.New("rekey is not there")
	st.tap("Copy diagnostics")
	st.await("rekey is not there")
	st.doctor <- nil
	st.tap("Copy diagnostics")
	st.await("The diagnostics are in the clipboard")
	if got := st.app.Clipboard().Content(); got != "Rekey 1.2.3 on linux" {
		t.Errorf("the clipboard holds %q", got)
	}
	st.tap("Show log")
	if got := <-st.opened; got != "file:///home/ada/.local/state/rekey" {
		t.Errorf("it opens %s", got)
	}
}
