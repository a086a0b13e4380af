package cli

import "github.com/spf13/cobra"

// Tree is the tree of all commands, to make documents from. Its commands stand
// on nothing: they cannot be run.
func Tree(version string) *cobra.Command {
	root := (&Program{Version: version}).root()
	root.DisableAutoGenTag = true
	return root
}
