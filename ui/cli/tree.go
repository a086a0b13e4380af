package cli

import (
	"github.com/spf13/cobra"

	"rekey/ui/words"
)

// Tree is the tree of all commands, to make documents from. Its commands stand
// on nothing: they cannot be run.
func Tree(version string) *cobra.Command {
	p := &Program{Version: version, Words: words.English()}
	root := p.root()
	p.describe(root)
	root.DisableAutoGenTag = true
	return root
}
