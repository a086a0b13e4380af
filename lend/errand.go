package lend

import (
	"bytes"
	"context"
	_ "embed" // for the script
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rekey/internal/proc"
)

// script runs at the borrower. It is constant: its parameters follow it on
// standard input.
//
//go:embed borrow.sh
var script string

const (
	// errandLimit bounds one errand, from start to answer.
	errandLimit = 30 * time.Second
	// maxOutput bounds what a transport may print, in bytes.
	maxOutput = 64 << 10
	// maxSkew is how far a borrower's clock may be off before that is reported.
	maxSkew = time.Minute
)

// order holds the script's parameters.
type order struct {
	do      string // push, stop or look
	loan    string // the id
	may     string // new, known or replace: what may be overwritten
	content []byte // of auth.json, for a push
}

// Answer is the script's report of what it found and did.
type Answer struct {
	Result Code   `json:"result"` // "ok", "gone" or a fault
	Was    string `json:"was"`    // none, loan, sign_in, api_key or other
	// Issued is the last_refresh of what was there, as written.
	Issued string `json:"issued"`
	// Clock is the borrower's, in seconds since 1970.
	Clock int64 `json:"clock"`
	// Locked: Codex's locks were taken there.
	Locked bool `json:"locked"`
	// InPlace: the file could not be replaced and was written over.
	InPlace bool   `json:"inPlace"`
	Detail  string `json:"detail"`

	skew time.Duration // the borrower's clock is ahead by so much, 0 within a minute
}

// The results that are not faults.
const (
	resultOK   Code = "ok"
	resultGone Code = "gone" // nothing of this loan is left there
)

// Transport runs a command, with standard input, to its end. The real one is
// runCommand.
type Transport func(ctx context.Context, argv []string, stdin []byte) (stdout, stderr string, err error)

// Commands returns the real Transport. lookup is os.LookupEnv or a replacement:
// the commands get the variables they need to find the user's configuration,
// keys and agents.
func Commands(lookup func(string) (string, bool)) Transport {
	env := proc.Environment(lookup, "SSH_AUTH_SOCK", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG",
		"DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "CONTAINER_HOST", "CONTAINER_CONNECTION", "KUBECONFIG")
	return func(ctx context.Context, argv []string, stdin []byte) (stdout, stderr string, err error) {
		cmd := proc.Command(ctx, argv[0], argv[1:]...)
		cmd.Env = env
		cmd.Stdin = bytes.NewReader(stdin)
		var out, errs bounded
		cmd.Stdout, cmd.Stderr = &out, &errs
		err = proc.Run(cmd)
		return out.String(), errs.String(), err
	}
}

// bounded keeps the end of what is written to it.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	n, err := b.Buffer.Write(p)
	if extra := b.Len() - maxOutput; extra > 0 {
		b.Next(extra)
	}
	return n, err
}

// run runs an errand. Its error is a *Fault, or that of ctx if it is done.
func run(ctx context.Context, through Transport, t Target, o order, now func() time.Time) (Answer, error) {
	limited, cancel := context.WithTimeout(ctx, errandLimit)
	defer cancel()
	stdout, stderr, err := through(limited, t.argv(shellLine()), o.encode(t.CodexHome))
	if ctx.Err() != nil {
		return Answer{}, context.Cause(ctx)
	}
	a, ok := parseAnswer(stdout)
	if !ok {
		return Answer{}, faultOf(limited, err, stderr)
	}
	if off := time.Unix(a.Clock, 0).Sub(now()); off.Abs() > maxSkew {
		a.skew = off.Round(time.Second)
	}
	if a.Result == resultOK || a.Result == resultGone {
		return a, nil
	}
	return a, &Fault{a.Result, clip(a.Detail)}
}

// shellLine makes a shell read the script from its standard input and run it.
// 127 is a shell's exit code when it cannot find a program.
func shellLine() string {
	return fmt.Sprintf(`eval "$(dd bs=1 count=%d 2>/dev/null || echo exit 127)"`, len(script))
}

// encode is the script, the order's five lines and the credential.
func (o order) encode(codexHome string) []byte {
	return fmt.Appendf(nil, "%s%s\n%s\n%s\n%d\n%s\n%s", script, o.do, o.loan, o.may, len(o.content), codexHome, o.content)
}

// parseAnswer finds the script's answer in the output. A login shell may print
// its own before and after it, on the same line too: what sets a terminal's title
// ends without a newline.
func parseAnswer(stdout string) (a Answer, ok bool) {
	const begins = `{"rekey":1,`
	for _, rest := range strings.Split(stdout, begins)[1:] {
		var found Answer
		if json.NewDecoder(strings.NewReader(begins+rest)).Decode(&found) == nil {
			a, ok = found, true
		}
	}
	return a, ok
}
