package agent

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rekey/internal/box"
	"rekey/test/kit"
	"rekey/test/kit/must"
)

// Two hundred clients and a file that changes all the time: each client ends on
// the last State, and when clients and agent have gone no goroutine is left. It
// is not parallel, because it counts the goroutines of the whole program.
func TestManyClientsLeaveNothing(t *testing.T) {
	const clients, pace = 200, 10 * time.Millisecond
	changes := 100
	if os.Getenv("REKEY_SOAK") == "1" {
		changes = 3000
	}
	content := func(n int) []byte {
		a := box.Ada()
		a.Email = fmt.Sprintf("user-%d@example.com", n)
		return box.AuthJSON(box.WithAccount(a), box.WithExpiry(time.Now().Add(24*time.Hour)))
	}
	r := newRig(t, box.Config{})
	before := runtime.NumGoroutine()
	a := must.Get(r.open().Become(t.Context(), "test"))(t)
	defer a.unlock()
	stop := r.run(a.Run)
	await(t, r.client(), "healthy", status("healthy"))

	connections := make([]raw, clients)
	last := make([]atomic.Pointer[string], clients)
	for i := range connections {
		c := r.raw(a.Socket())
		c.introduce()
		c.send(2, "rekey/subscribe", "{}")
		connections[i] = c
		go func() {
			for {
				line, err := c.lines.ReadString('\n')
				if err != nil {
					return
				}
				if strings.Contains(line, `"rekey/stateChanged"`) {
					last[i].Store(&line)
				}
			}
		}()
	}
	ticks := time.NewTicker(pace)
	defer ticks.Stop()
	for n := range changes {
		r.put(content(n))
		<-ticks.C
	}
	want := fmt.Sprintf(`"user-%d@example.com"`, changes-1)
	kit.Eventually(t, "the last State, at every client", func() bool {
		for i := range last {
			if line := last[i].Load(); line == nil || !strings.Contains(*line, want) {
				return false
			}
		}
		return true
	})
	t.Logf("%d goroutines with %d clients", runtime.NumGoroutine()-before, clients)
	for _, c := range connections[:clients/2] { // the others the agent hangs up on
		_ = c.Close()
	}
	stop()
	kit.Eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}
