package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// shells are the shells with completions.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func (p *Program) completionCommand() *cobra.Command {
	return texts("help.completion", &cobra.Command{
		Use:       "completion " + strings.Join(shells, "|"),
		ValidArgs: shells,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return p.misuse("usage.shell")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(p.Out, true)
			case "zsh":
				return root.GenZshCompletion(p.Out)
			case "fish":
				return root.GenFishCompletion(p.Out, true)
			}
			return root.GenPowerShellCompletionWithDesc(p.Out)
		},
	})
}

// choices completes a flag with the words that it takes.
func choices(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}
