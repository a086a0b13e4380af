package proc

import (
	"fmt"
	"strings"
	"testing"
)

func TestBeginning(t *testing.T) {
	t.Parallel()
	b := &Beginning{Room: 7}
	for _, said := range []string{"more", "than", strings.Repeat("!", 100)} {
		if n, err := fmt.Fprint(b, said); n != len(said) || err != nil {
			t.Errorf("writing %d bytes: %d, %v", len(said), n, err)
		}
	}
	if got := b.String(); got != "moretha" {
		t.Errorf("it keeps %q", got)
	}
}
