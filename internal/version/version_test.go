package version

import (
	"strings"
	"testing"
	"time"
)

func TestBuildSaysWhatIsKnown(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	for want, b := range map[string]Build{
		"0.2.0-dev":                        {Number: "0.2.0-dev"},
		"0.2.0 (f2c6739a81bc, 2026-11-28)": {"0.2.0", "f2c6739a81bc", at},
		"0.2.0-pre7 (f2c6739a81bc-dirty)":  {Number: "0.2.0-pre7", Commit: "f2c6739a81bc-dirty"},
	} {
		if got := b.String(); got != want {
			t.Errorf("%+v says %q, want %q", b, got, want)
		}
	}
}

// TestCurrent: a build by hand names the release that comes next.
func TestCurrent(t *testing.T) {
	if b := Current(); !strings.HasSuffix(b.Number, "-dev") {
		t.Errorf("the tests' own version is %q, want one that ends in -dev", b.Number)
	}
}
