// Program drift replays every recording against a real Codex and prints what it
// does differently, case by case. With -record it writes what it does now into
// the recordings. It is run by "make codex-drift" and "make codex-record".
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/test/kit/replay"
)

// recordings are where they lie, below the project's root.
const recordings = "auth/appserver/testdata/vectors"

// caseLimit is longer than the slowest recording.
const caseLimit = 3 * time.Minute

func main() {
	codex := flag.String("codex", "", "the Codex program")
	record := flag.Bool("record", false, "write what it does now into the recordings")
	only := flag.String("only", "", "only cases whose name contains this")
	jobs := flag.Int("jobs", 8, "how many cases run at the same time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	differ, err := run(ctx, *codex, *only, *record, *jobs)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "drift:", err)
		os.Exit(2)
	case differ > 0 && !*record:
		os.Exit(1)
	}
}

// run plays all files and returns how many cases differ.
func run(ctx context.Context, codex, only string, record bool, jobs int) (differ int, err error) {
	program, err := filepath.Abs(codex)
	if err != nil {
		return 0, err
	}
	version, err := versionOf(ctx, program)
	if err != nil {
		return 0, err
	}
	files, err := filepath.Glob(filepath.Join(recordings, "*.json"))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("there are no recordings in %s", recordings)
	}
	options := replay.Options{
		Command: []string{program, "app-server"},
		// Codex goes on asking after its answer.
		Quiet: 200 * time.Millisecond, QuietStart: 500 * time.Millisecond,
	}
	cases := 0
	for _, file := range files {
		f, err := load(file)
		if err != nil {
			return 0, err
		}
		f.play(ctx, options, only, jobs)
		differ += f.report()
		cases += f.played
		if record && f.differ() {
			if err := f.record(ctx, version, options); err != nil {
				return 0, err
			}
		}
	}
	fmt.Printf("Codex %s: %d cases, %d differ\n", version, cases, differ)
	return differ, ctx.Err()
}

// versionOf asks a Codex which one it is.
func versionOf(ctx context.Context, program string) (string, error) {
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s does not say its version: %w", program, err)
	}
	words := strings.Fields(string(out))
	if len(words) == 0 {
		return "", fmt.Errorf("%s does not say its version", program)
	}
	return words[len(words)-1], nil
}

// file is a file of recordings and what became of each.
type file struct {
	path        string
	raw         []json.RawMessage
	cases       []replay.Case
	played      int
	differences [][]string // of each case
}

func load(path string) (*file, error) {
	f := &file{path: path}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &f.raw); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if f.cases, err = replay.Load(path); err != nil {
		return nil, err
	}
	f.differences = make([][]string, len(f.cases))
	return f, nil
}

// play plays the cases whose names fit.
func (f *file) play(ctx context.Context, o replay.Options, only string, jobs int) {
	var group errgroup.Group
	group.SetLimit(jobs)
	for i, c := range f.cases {
		if !c.Runnable(nil) || !strings.Contains(c.Name, only) {
			continue
		}
		f.played++
		group.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, caseLimit)
			defer cancel()
			f.differences[i] = replay.Run(ctx, c, o)
			return nil
		})
	}
	_ = group.Wait() // the differences are the errors
}

func (f *file) differ() bool {
	for _, d := range f.differences {
		if len(d) > 0 {
			return true
		}
	}
	return false
}

// report prints the cases that differ and counts them.
func (f *file) report() (differ int) {
	for i, differences := range f.differences {
		if len(differences) == 0 {
			continue
		}
		differ++
		fmt.Printf("%s: %s\n", filepath.Base(f.path), f.cases[i].Name)
		for _, d := range differences {
			fmt.Println("    " + strings.ReplaceAll(d, "\n", "\n    "))
		}
	}
	return differ
}

// record replaces the cases that differ; the others stay byte for byte.
func (f *file) record(ctx context.Context, version string, o replay.Options) error {
	text, err := os.ReadFile(f.path)
	if err != nil {
		return err
	}
	for i, differences := range f.differences {
		if len(differences) == 0 {
			continue
		}
		fresh, err := replay.Record(ctx, f.raw[i], version, o)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", f.path, f.cases[i].Name, err)
		}
		if bytes.ContainsRune(f.raw[i], '\n') { // one line stays one
			var indented bytes.Buffer
			if err := json.Indent(&indented, fresh, " ", " "); err != nil {
				return err
			}
			fresh = indented.Bytes()
		}
		text = bytes.Replace(text, f.raw[i], fresh, 1)
	}
	return os.WriteFile(f.path, text, 0o644)
}
