package agefile

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rekey/internal/fault"
	"rekey/internal/proc"
)

// Command is the one argument with which the program only calls Serve. It is
// not a command for users.
const Command = "__agefile"

// patience is how long a child may take: fifteen times what it needs.
const patience = 30 * time.Second

// ErrSlow means that a child did not finish in time.
var ErrSlow = fault.New("encrypted_slow", "decrypting it did not finish in time")

// Child opens and seals in a process of its own. The zero value starts the
// running program once more. It can be used by several goroutines.
type Child struct {
	// Program is what is started with Command; "": the running program.
	Program string
	// Patience is how long it may take; 0: the constant.
	Patience time.Duration
}

// question is what a child reads: one JSON object on its standard input.
type question struct {
	Passphrase string `json:"passphrase"`
	Data       []byte `json:"data"`
	Seal       bool   `json:"seal"`
}

// answer is what it writes: one JSON object on its standard output.
type answer struct {
	Data    []byte `json:"data"`
	Problem string `json:"problem,omitempty"`
}

// Open runs open in a child. Its errors also include ErrSlow,
// the cause of ctx, and why no child could be run.
func (c Child) Open(ctx context.Context, passphrase string, sealed []byte) ([]byte, error) {
	return c.ask(ctx, question{Passphrase: passphrase, Data: sealed})
}

// Seal runs seal in a child. Its errors are those of Child.Open.
func (c Child) Seal(ctx context.Context, passphrase string, plain []byte) ([]byte, error) {
	return c.ask(ctx, question{Passphrase: passphrase, Data: plain, Seal: true})
}

func (c Child) ask(ctx context.Context, q question) ([]byte, error) {
	if c.Program == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("cannot find the running program: %w", err)
		}
		c.Program = self
	}
	in, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeoutCause(ctx, cmp.Or(c.Patience, patience), ErrSlow)
	defer cancel()
	cmd := proc.Command(limited, c.Program, Command)
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout = bytes.NewReader(in), &out
	err = proc.Run(cmd)
	var a answer
	switch {
	case limited.Err() != nil:
		return nil, context.Cause(limited)
	case err != nil:
		return nil, fmt.Errorf("the process that decrypts failed: %w", err)
	case json.Unmarshal(out.Bytes(), &a) != nil:
		return nil, errors.New("the process that decrypts gave no answer")
	}
	switch a.Problem {
	case "":
		return a.Data, nil
	case ErrPassphrase.Error():
		return nil, ErrPassphrase
	case ErrDamaged.Error():
		return nil, ErrDamaged
	}
	return nil, errors.New(a.Problem)
}

// Serve is the child: it answers one question and returns the exit code.
func Serve(in io.Reader, out io.Writer) int {
	var q question
	if err := json.NewDecoder(io.LimitReader(in, 2*Limit)).Decode(&q); err != nil {
		return 1
	}
	do := open
	if q.Seal {
		do = seal
	}
	data, err := do(q.Passphrase, q.Data)
	a := answer{Data: data}
	if err != nil {
		a = answer{Problem: err.Error()}
	}
	if json.NewEncoder(out).Encode(a) != nil {
		return 1
	}
	return 0
}
