// Command manual writes the manual pages of rekey into a folder, from the same
// source as its help: one for the program and one for each command.
//
//	manual VERSION FOLDER
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"rekey/ui/cli"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "manual:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("want a version and a folder, got %q", args)
	}
	version, folder := args[0], args[1]
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root := cli.Tree(version)
	if err := write(root, version, folder); err != nil {
		return err
	}
	for _, cmd := range root.Commands() {
		if !cmd.IsAvailableCommand() {
			continue
		}
		if err := write(cmd, version, folder); err != nil {
			return err
		}
	}
	return nil
}

// write writes the page of one command.
func write(cmd *cobra.Command, version, folder string) error {
	cmd.Long = lists(cmd.Long)
	if cmd.HasAvailableSubCommands() {
		cmd.Use += " [command]"
		cmd.Long += commands(cmd)
	}
	header := &doc.GenManHeader{Section: "1", Source: "Rekey " + version, Manual: "Rekey"}
	var page bytes.Buffer
	if err := doc.GenMan(cmd, header, &page); err != nil {
		return err
	}
	text := page.String()
	values := func(f *pflag.Flag) { text = value(text, f) }
	cmd.LocalFlags().VisitAll(values)
	cmd.InheritedFlags().VisitAll(values)
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
	return os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644)
}

// lists makes the lists of a help text those of Markdown, which are laid out anew
// for each reader's width. An entry is a term, which two blanks precede, and what is said
// of it, beside the term or indented below it.
func lists(help string) string {
	entry := regexp.MustCompile(`\n+  (\d  |\w+ = .*\n {6})(.*(?:\n {5,}.*)*)`)
	return entry.ReplaceAllStringFunc(help, func(one string) string {
		part := entry.FindStringSubmatch(one)
		term, said := strings.TrimSpace(part[1]), strings.Split(part[2], "\n")
		for i, line := range said {
			said[i] = strings.TrimSpace(line)
		}
		between := " "
		if strings.Contains(term, "=") { // each line about a setting is one of its own
			between = "  \n"
		}
		return "\n\n**" + term + "**\n: " + strings.Join(said, between)
	})
}

// commands lists those of a program.
func commands(program *cobra.Command) string {
	var list strings.Builder
	list.WriteString("\n# COMMANDS\n")
	for _, cmd := range program.Commands() {
		if cmd.IsAvailableCommand() {
			fmt.Fprintf(&list, "\n**%s**\n: %s\n", cmd.CommandPath(), cmd.Short)
		}
	}
	return list.String()
}

// value says of a flag in a page what value it takes, where cobra says its default, and
// sets what the flag is for beside it.
func value(page string, f *pflag.Flag) string {
	name, _ := pflag.UnquoteUsage(f)
	without := ""
	if name != "" {
		name = ` \fI` + name + `\fP`
		if f.DefValue != "" && f.DefValue != "[]" {
			without = " (default " + f.DefValue + ")"
		}
	}
	shown := regexp.MustCompile(`(?:\.PP\n)?(.*--` + f.Name + `\\fP)\[?=.*\n\t(.*)`)
	return shown.ReplaceAllString(page, ".TP\n$1"+name+"\n$2"+without)
}
