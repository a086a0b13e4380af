package appserver_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rekey/test/kit"
	"rekey/test/kit/must"
	"rekey/test/kit/replay"
)

// caseLimit is longer than the slowest recording, a lock held for 40 s.
const caseLimit = 3 * time.Minute

// atOnce is how many cases run side by side: most of their time is waiting.
const atOnce = 16

// played is a case and what came of it.
type played struct {
	key         string // file:name
	differences []string
}

// TestVectors holds "rekey app-server --no-watch" against what the real Codex
// did. Every case passes, but for those that exceptions_test.go lists; and a
// listed case that passes is an error too, because then the list is wrong.
func TestVectors(t *testing.T) {
	results := playAll(t, replay.Options{
		Command:            []string{kit.Rekey(t), "app-server", "--no-watch"},
		Methods:            []string{"getAuthStatus", "account/rateLimits/read"},
		IgnoreStartupCount: true,
	})
	if len(results) < 1500 {
		t.Errorf("only %d recordings are played", len(results))
	}
	listed := exceptions()
	for _, r := range results {
		reason := listed[r.key]
		delete(listed, r.key)
		t.Run(r.key, func(t *testing.T) {
			switch {
			case reason == 0:
				for _, d := range r.differences {
					t.Error(d)
				}
			case len(r.differences) == 0:
				t.Errorf("behaves like Codex; strike it from the exceptions (reason %d)", reason)
			}
		})
	}
	for key := range listed {
		t.Errorf("exceptions_test.go lists %q, which is no case", key)
	}
}

// playAll plays every recorded case that the options allow.
func playAll(t *testing.T, o replay.Options) []played {
	t.Helper()
	files, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	var cases []replay.Case
	var results []played
	for _, file := range files {
		loaded := must.Get(replay.Load(file))(t)
		for _, c := range loaded {
			if c.Runnable(o.Methods) {
				cases = append(cases, c)
				results = append(results, played{key: filepath.Base(file) + ":" + c.Name})
			}
		}
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, c := range cases {
		group.Go(func() error {
			ctx, cancel := context.WithTimeout(t.Context(), caseLimit)
			defer cancel()
			results[i].differences = replay.Run(ctx, c, o)
			return nil
		})
	}
	_ = group.Wait() // the differences are the errors
	return results
}
