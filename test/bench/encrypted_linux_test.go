package bench_test

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"rekey/auth"
	"rekey/test/kit"
	"rekey/test/kit/keyring"
	"rekey/test/kit/must"
	"rekey/test/kit/sandbox"
)

// decryptions is how often an encrypted sign-in is read by each program.
const decryptions = 5

// encrypted: a sign-in that Codex has encrypted. Reading it takes a child of
// ours as long and as much as it takes Codex; the agent does not notice.
func (r *rivals) encrypted(b *testing.B) {
	program := codex(b)
	bus := keyring.New(b)
	for b.Loop() {
		w := newWorld(b)
		w.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address)
		must.Do(b, w.Home.Delete())
		must.Do(b, w.Home.WriteConfig("cli_auth_credentials_store = \"keyring\"\n[features]\nsecret_auth_storage = true\n"))
		signIn := w.Command(b.Context(), program, "login", "--with-api-key")
		signIn.Stdin = strings.NewReader("sk-fake-of-the-benchmark")
		if out, err := signIn.CombinedOutput(); err != nil {
			b.Fatalf("codex login: %v\n%s", err, out)
		}
		var took, theirTime, peak, theirPeak samples
		for range decryptions {
			peak = append(peak, peakOf(b, &took, w.Command(b.Context(), r.rekey, "status")))
			theirPeak = append(theirPeak, peakOf(b, &theirTime, w.Command(b.Context(), program, "login", "status")))
		}
		r.table.add(b, row{
			what: "an encrypted sign-in: time to read it", unit: "ms", goal: 1.5,
			rival: "codex login status", ours: took.quantile(50), theirs: theirTime.quantile(50),
		})
		r.table.add(b, row{
			what: "an encrypted sign-in: memory of the child", unit: "MB", goal: 1.1,
			rival: "codex login status", ours: peak.quantile(50), theirs: theirPeak.quantile(50),
		})
		plain := newWorld(b)
		r.table.add(b, row{
			what: "an encrypted sign-in: peak of the agent", unit: "MB", digits: 1, goal: 1.15,
			rival: "the agent and an auth.json", ours: r.agentPeak(b, w, auth.StatusAPIKey), theirs: r.agentPeak(b, plain, auth.StatusHealthy),
		})
	}
	b.ReportMetric(0, "ns/op") // it would be of all together
}

// peakOf runs a command and returns the most memory, in megabytes, that it and
// its children took.
func peakOf(b *testing.B, took *samples, cmd *exec.Cmd) float64 {
	b.Helper()
	took.add(func() { must.Do(b, cmd.Run()) })
	return float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1000
}

// agentPeak is the most memory of an agent by the time it knows the sign-in.
func (r *rivals) agentPeak(b *testing.B, w *sandbox.Sandbox, want auth.Status) float64 {
	b.Helper()
	agent := r.keep(b, w)
	client := must.Get(w.Attach(b.Context()))(b)
	defer client.Close()
	kit.Eventually(b, "the agent reads the sign-in", func() bool { return client.State().Status == want })
	<-time.After(settled)
	return memory(b, agent.PID(), "VmHWM:")
}
