package keeper

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// report is one line of the fleet's table.
type report struct {
	fleet
	tally
	sum *count
}

// fleets returns the same desktops under every rule.
func fleets(desktops int, life time.Duration) (all []report) {
	for _, together := range []bool{false, true} {
		for _, rekey := range []bool{false, true} {
			f := fleet{desktops: desktops, processes: 6, life: life, together: together, rekey: rekey}
			t := f.run()
			all = append(all, report{f, t, t.keepers.plus(t.codex)})
		}
	}
	return all
}

// fleetHead is the table's head. Peaks are requests within one second; the part
// of the keepers is in brackets.
const fleetHead = "| token lives | desktops with | requests | mean/s | peak/s | peak/s in the hour after the outage " +
	"| answered 503 | refused: reused | refused: dead |\n|---|---|---|---|---|---|---|---|---|"

func (r report) String() string {
	who, use := "Codex", "apart"
	if r.rekey {
		who = "Codex and Rekey"
	}
	if r.together {
		use = "together"
	}
	end := monday.AddDate(0, 0, fleetDays)
	after := outageEnds.Add(time.Hour)
	return fmt.Sprintf("| %.0f h | %s, used %s | %d (%d) | %.1f | %d (%d) | %d (%d) | %d (%d) | %d | %d (%d) |",
		r.life.Hours(), who, use, r.sum.total, r.keepers.total, float64(r.sum.total)/end.Sub(monday).Seconds(),
		r.sum.peak(monday, end), r.keepers.peak(monday, end),
		r.sum.peak(outageEnds, after), r.keepers.peak(outageEnds, after),
		r.sum.failed, r.keepers.failed, r.sum.reused, r.sum.dead, r.keepers.dead)
}

// TestFleet compares a small fleet with and without keepers.
func TestFleet(t *testing.T) {
	t.Parallel()
	const desktops = 1000
	for _, life := range []time.Duration{time.Hour, 240 * time.Hour} {
		t.Run(life.String(), func(t *testing.T) {
			t.Parallel()
			all := fleets(desktops, life)
			for _, pair := range [][2]report{{all[0], all[1]}, {all[2], all[3]}} {
				compare(t, pair[0], pair[1])
			}
		})
	}
}

// compare checks what keepers promise a server.
func compare(t *testing.T, without, with report) {
	t.Helper()
	t.Logf("\n%v\n%v", without, with)
	if with.together {
		if with.sum.reused*20 > without.sum.reused {
			t.Errorf("refused as reused: %d with keepers, %d without: want a twentieth at most",
				with.sum.reused, without.sum.reused)
		}
		if with.sum.total >= without.sum.total {
			t.Errorf("requests: %d with keepers, %d without", with.sum.total, without.sum.total)
		}
	}
	if most := with.desktops / fleetDead; with.keepers.dead > most {
		t.Errorf("keepers asked %d times for %d dead sign-ins", with.keepers.dead, most)
	}
	// Six failures take a quarter of an hour, and from then on an hour has eight.
	if most := 14 * with.desktops; with.keepers.failed > most {
		t.Errorf("keepers asked %d times in the outage, want at most %d", with.keepers.failed, most)
	}
	if with.codex.failed > without.codex.failed {
		t.Errorf("Codex asked %d times in the outage, %d without keepers", with.codex.failed, without.codex.failed)
	}
	// A quarter of an hour of backoff spreads those that wait.
	if got := with.keepers.peak(outageEnds, outageEnds.Add(time.Hour)); got > uint32(with.desktops/50) {
		t.Errorf("%d keepers ask within one second after the outage", got)
	}
}

// BenchmarkFleet prints the table for 100,000 desktops.
func BenchmarkFleet(b *testing.B) {
	for b.Loop() {
		lines := []string{fleetHead}
		for _, life := range []time.Duration{time.Hour, 240 * time.Hour} {
			for _, r := range fleets(100_000, life) {
				lines = append(lines, r.String())
			}
		}
		fmt.Println(strings.Join(lines, "\n"))
	}
}
