package faults_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"time"

	"rekey/auth"
	"rekey/auth/store"
)

// taskEnv holds the task of a victim, in JSON.
const taskEnv = "REKEY_FAULTS_TASK"

// task is what a victim does until it kills itself.
type task struct {
	place
	// SignIn is the content of an auth.json to sign in with; nil: refresh.
	SignIn []byte
	// KillAt is the step to die at, "" for none.
	KillAt auth.Step
	// Within is the span in which a random moment to die at is drawn from
	// Seed, 0 for none.
	Within time.Duration
	Seed   uint64
}

// perform is the victim's main function.
func perform(encoded string) int {
	var job task
	if err := json.Unmarshal([]byte(encoded), &job); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	home, err := job.start(ctx, store.Options{Step: func(s auth.Step) {
		fmt.Println(s) // not buffered: it is out before the end
		if s == job.KillAt {
			die()
		}
	}})
	if err == nil {
		if job.Within > 0 {
			time.AfterFunc(time.Duration(rand.New(rand.NewPCG(job.Seed, 0)).Int64N(int64(job.Within))), die)
		}
		err = job.run(ctx, home.Manager())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (job task) run(ctx context.Context, m *auth.Manager) error {
	if job.SignIn == nil {
		return m.Refresh(ctx, auth.RefreshForced)
	}
	next, err := auth.ParseSnapshot(job.SignIn)
	if err != nil {
		return err
	}
	return m.ReplaceSignIn(ctx, next)
}

// die is kill -9.
func die() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	<-time.After(time.Hour) // until the signal arrives
}

// fate is how a victim has ended.
type fate struct {
	killed  bool        // and not come to its end
	reached []auth.Step // in their order
}

// victim runs a task to its end.
func (r *rig) victim(job task) fate {
	r.t.Helper()
	job.place = r.place
	encoded, err := json.Marshal(job)
	r.must(err)
	cmd := exec.CommandContext(r.ctx, os.Args[0])
	cmd.Env = append(os.Environ(), taskEnv+"="+string(encoded),
		"GORACE=atexit_sleep_ms=0") // a race has its exit code all the same
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var end fate
	for line := range strings.Lines(string(out)) {
		end.reached = append(end.reached, auth.Step(strings.TrimSpace(line)))
	}
	r.must(context.Cause(r.ctx))
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit) && !exit.Exited():
		end.killed = true
	default:
		r.t.Fatalf("the victim: %v\n%s", err, stderr.String())
	}
	return end
}
