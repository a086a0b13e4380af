package cli

import (
	"slices"

	"github.com/spf13/cobra"
)

// tolerant are the commands that go on with what they can use of the
// configuration: those that last, and those that help to mend it.
var tolerant = []string{
	"rekey", "watch", "window", "app-server", "doctor", "config", "demo", "help", "completion", "bash", "zsh", "fish", "powershell", "man",
	cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd,
}

// checkConfiguration says what of the configuration cannot be used, and refuses
// a command that answers one question: the answer could be about another home
// than the user means.
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
