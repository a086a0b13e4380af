package cli_test

import (
	"testing"

	"github.com/spf13/cobra"

	"rekey/ui/cli"
)

// TestTree: every command can be documented, because it has a description.
func TestTree(t *testing.T) {
	root := cli.Tree("1.2.3")
	if root.Version != "1.2.3" || !root.DisableAutoGenTag {
		t.Errorf("version %q, a page that changes with the day: %t", root.Version, !root.DisableAutoGenTag)
	}
	var visit func(*cobra.Command)
	n := 0
	visit = func(c *cobra.Command) {
		n++
		if c.Short == "" {
			t.Errorf("%s does not say what it is", c.CommandPath())
		}
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(root)
	if n < 5 {
		t.Errorf("only %d commands", n)
	}
}
