package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rekey/internal/config"
	"rekey/ui/words"
)

// Configuration is the effective configuration, with the origin of each
// setting.
type Configuration struct {
	// Path is the configuration file, which need not exist; "" where nothing tells
	// where it would be.
	Path string
	// Settings are all of them, in the order of the manual.
	Settings []Setting
}

// Setting is one of them.
type Setting struct {
	Name string
	// Value is as written in the file, "" if it depends on the machine.
	Value string
	// Origin is the file, the environment variable, or "" for neither.
	Origin string
	// Problem is what is wrong with the value that was given instead, nil for
	// nothing.
	Problem error
}

func (p *Program) configCommand() *cobra.Command {
	return texts("help.config", &cobra.Command{
		Use:         "config",
		Annotations: withKeys,
		Args:        p.noArgs,
		RunE:        func(*cobra.Command, []string) error { return p.afterProblems(p.config()) },
	})
}

// config prints the effective configuration as a configuration file, with the
// origin of each setting as a comment.
func (p *Program) config() error {
	c := p.Config()
	var settings, origins []string
	widest := 0
	for _, s := range c.Settings {
		setting, origin := s.Name+" = "+s.Value, s.Origin
		if s.Value == "" {
			setting = "# " + s.Name
		}
		if origin == "" {
			origin = p.Words.Say("configuration.default")
		}
		if s.Problem != nil {
			origin += "; " + words.OneLine(p.Words.Error(s.Problem))
		}
		settings, origins = append(settings, setting), append(origins, origin)
		if width := cells(setting); width <= widestSetting {
			widest = max(widest, width)
		}
	}
	var text strings.Builder
	if c.Path != "" {
		fmt.Fprintf(&text, "# %s\n", c.Path)
	}
	for i, setting := range settings {
		fmt.Fprintf(&text, "%s%s  # %s\n", setting, strings.Repeat(" ", max(0, widest-cells(setting))), origins[i])
	}
	_, err := fmt.Fprint(p.Out, text.String())
	return err
}

// widestSetting is how wide a setting may be that the others' origins stand beside.
const widestSetting = 40

// withKeys marks the command whose help explains the configuration file.
var withKeys = map[string]string{"keys": "all"}

// keysHelp explains every key of the configuration file.
func (p *Program) keysHelp() string {
	var text strings.Builder
	for _, k := range config.Keys() {
		value := k.Default
		if value == "" {
			value = p.Words.Say("setting_default." + k.Name)
		}
		fmt.Fprintf(&text, "\n\n  %s = %s\n      %s", k.Name, value, p.Words.Say("setting."+k.Name))
		if len(k.Values) > 0 {
			text.WriteString("\n      " + p.Words.Say("configuration.values", "Values", p.Words.List(k.Values)))
		}
		if k.Env != "" {
			text.WriteString("\n      " + p.Words.Say("configuration.env", "Variable", k.Env))
		}
	}
	return text.String()
}
