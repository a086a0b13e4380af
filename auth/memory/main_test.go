package memory

import (
	"testing"

	"rekey/test/kit/child"
)

func TestMain(m *testing.M) {
	child.Main(m, map[string]func(dir string) int{
		"claim":  childClaim,
		"escrow": childEscrow,
	})
}
