package cli

import (
	"slices"

	"github.com/spf13/cobra"
)

// tolerant are the commands that run with the valid part of the configuration:
// long-running ones, and those that help to fix it.
var tolerant = []string{
	"rekey", "watch", "window", "app-server", "doctor", "config", "demo", "help", "completion", "bash", "zsh", "fish", "powershell", "man",
	cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd,
}

// checkConfiguration reports what is invalid in the configuration, and refuses
// one-shot commands, because they might be about the wrong home.
func (p *Program) checkConfiguration(cmd *cobra.Command, _ []string) error {
	if len(p.Problems) == 0 || cmd.Name() == "help" || cmd.Name() == "prompt" {
		return nil
	}
	for _, problem := range p.Problems {
		p.tellAll(problem)
	}
	if slices.Contains(tolerant, cmd.Name()) {
		return nil
	}
	return &codeError{code: ExitUsage}
}
