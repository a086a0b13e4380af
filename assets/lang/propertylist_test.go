package lang

import (
	"slices"
	"testing"
)

func TestPropertyList(t *testing.T) {
	for text, want := range map[string][]string{
		"":       nil,
		"(\n)\n": nil,
		"(\n    \"zh-Hans-CN\",\n    en,\n    \"de-DE\"\n)\n": {"zh-Hans-CN", "en", "de-DE"},
	} {
		if got := propertyList(text); !slices.Equal(got, want) {
			t.Errorf("propertyList(%q) = %q, want %q", text, got, want)
		}
	}
	if got := For(propertyList("(\n    \"zh-Hans-CN\",\n    \"en-CN\"\n)\n")...).Language(); got != "zh-Hans" {
		t.Errorf("a Mac in Chinese is spoken to in %q", got)
	}
}
