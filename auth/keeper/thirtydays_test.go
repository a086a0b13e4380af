package keeper

import (
	"strings"
	"testing"
	"time"
)

// TestThirtyDaysOfALaptop is a month of a laptop that sleeps at night, at noon
// and at the weekend, whose network comes and goes, and whose clock is set. The
// access token lives for seven hours, so that it expires both asleep and awake.
func TestThirtyDaysOfALaptop(t *testing.T) {
	inBubble(t, 7*time.Hour, func(r *rig) {
		for day := range 30 {
			midnight := monday.Truncate(24*time.Hour).AddDate(0, 0, day)
			if weekday := midnight.Weekday(); weekday != time.Saturday && weekday != time.Sunday {
				workday(r, day, midnight)
			}
			r.clock.sleep(midnight.Add(32 * time.Hour).Sub(r.clock.True()))
		}
		r.want(strings.Split(strings.TrimSpace(thirtyDays), "\n")...)
	})
}

// workday is one day from eight o'clock on: open until noon, closed for lunch,
// open until six.
func workday(r *rig, day int, midnight time.Time) {
	at := func(hour, minute int) time.Time {
		return midnight.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	}
	if day%3 == 1 { // the network takes its time after a wake
		r.server.turn(offline)
		r.pass(20 * time.Second)
		r.server.turn(fine)
	}
	if day == 8 { // the server has a bad morning
		r.server.turn(down)
		r.until(at(8, 15))
		r.server.turn(fine)
	}
	if day == 24 { // somebody plays with the clock
		r.until(at(10, 0))
		r.clock.set(time.Hour)
		r.until(at(11, 0))
		r.clock.set(0)
	}
	r.until(at(12, 0))
	r.clock.sleep(time.Hour)
	r.until(at(14, 0))
	switch day {
	case 4: // a train
		r.server.turn(offline)
		r.until(at(15, 30))
	case 15: // a request gets lost
		r.server.turn(lostBefore)
		r.until(at(14, 40))
	case 22: // an answer gets lost: the user signs in again at four
		r.server.turn(lostAfter)
		r.until(at(14, 40))
		r.server.turn(fine)
		r.until(at(16, 0))
		r.adopt(r.server.signIn())
	}
	r.server.turn(fine)
	r.until(at(18, 0))
}

// thirtyDays is every request of that month, in UTC. The first token is of
// Monday the second, 08:00.
const thirtyDays = `
Mon 02 14:21:04 refreshed
Tue 03 08:00:11 offline
Tue 03 08:01:04 refreshed
Tue 03 14:23:12 refreshed
Wed 04 08:00:06 refreshed
Wed 04 14:15:16 refreshed
Thu 05 08:00:04 refreshed
Thu 05 14:20:31 refreshed
Fri 06 08:00:09 offline
Fri 06 08:00:58 refreshed
Fri 06 14:20:17 offline
Fri 06 14:21:11 offline
Fri 06 14:22:59 offline
Fri 06 14:25:27 offline
Fri 06 14:29:37 offline
Fri 06 14:39:38 offline
Fri 06 14:49:07 offline
Fri 06 14:55:27 offline
Fri 06 15:02:18 offline
Fri 06 15:13:55 offline
Fri 06 15:23:22 offline
Fri 06 15:37:47 refreshed
Mon 09 08:00:12 offline
Mon 09 08:00:46 refreshed
Mon 09 14:25:33 refreshed
Tue 10 08:00:12 503
Tue 10 08:00:54 503
Tue 10 08:02:42 503
Tue 10 08:06:10 503
Tue 10 08:12:12 503
Tue 10 08:17:56 refreshed
Tue 10 14:35:42 refreshed
Wed 11 08:00:13 refreshed
Wed 11 14:26:56 refreshed
Thu 12 08:00:03 offline
Thu 12 08:00:44 refreshed
Thu 12 14:16:16 refreshed
Fri 13 08:00:06 refreshed
Fri 13 14:25:24 refreshed
Mon 16 08:00:09 refreshed
Mon 16 14:27:31 refreshed
Tue 17 08:00:10 refreshed
Tue 17 14:21:26 lost on the way
Tue 17 14:52:59 refreshed
Wed 18 08:00:14 offline
Wed 18 08:01:04 refreshed
Wed 18 14:29:12 refreshed
Thu 19 08:00:06 refreshed
Thu 19 14:19:54 refreshed
Fri 20 08:00:11 refreshed
Fri 20 14:26:30 refreshed
Mon 23 08:00:13 refreshed
Mon 23 14:27:31 refreshed
Tue 24 08:00:14 offline
Tue 24 08:00:51 refreshed
Tue 24 14:27:25 lost on the back
Tue 24 14:53:45 refresh_token_reused
Wed 25 08:00:05 refreshed
Wed 25 14:19:04 refreshed
Thu 26 08:00:06 refreshed
Thu 26 14:26:13 refreshed
Fri 27 08:00:11 offline
Fri 27 08:01:02 refreshed
Fri 27 14:29:28 refreshed
Mon 30 08:00:10 offline
Mon 30 08:01:02 refreshed
Mon 30 14:30:51 refreshed
Tue 31 08:00:08 refreshed
Tue 31 14:25:10 refreshed
`
