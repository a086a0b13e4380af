package item

import (
	"strings"
	"testing"
	"unicode/utf16"
)

func TestTooltipFits(t *testing.T) {
	short := strings.Repeat("ü", tooltipSize-1)
	if got := fit(short); got != short {
		t.Errorf("%q is shortened to %q", short, got)
	}
	for _, long := range []string{short + "x", strings.Repeat("🔑", tooltipSize)} {
		got := fit(long)
		if n := len(utf16.Encode([]rune(got))); n >= tooltipSize || n < tooltipSize-3 || !strings.HasSuffix(got, "…") || strings.ContainsRune(got, '\uFFFD') {
			t.Errorf("%q is shortened to %q", long, got)
		}
	}
}

// TestLabelsShowTheirSigns: a label's own ampersand is no access key.
func TestLabelsShowTheirSigns(t *testing.T) {
	if got := escape("a_b&c@example.com"); got != "a_b&&c@example.com" {
		t.Errorf("the label is %q", got)
	}
}
