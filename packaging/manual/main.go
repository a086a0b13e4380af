// Command manual writes the manual pages of rekey into a folder, from the same
// source as its help: one for the program and one for each command.
//
//	manual VERSION FOLDER
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra/doc"

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
	header := &doc.GenManHeader{Section: "1", Source: "Rekey " + version, Manual: "Rekey"}
	return doc.GenManTree(cli.Tree(version), header, folder)
}
