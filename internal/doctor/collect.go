package doctor

import (
	"context"
	"runtime"
	"slices"
	"time"

	"rekey/auth/agent"
	"rekey/internal/autostart"
	"rekey/internal/config"
	"rekey/internal/version"
)

// timeLimit is how long a whole Collect takes at most.
const timeLimit = 5 * time.Second

// Inputs are what Collect examines. The functions honour ctx; if one is nil,
// its fact is not collected.
type Inputs struct {
	// Version is this program's.
	Version version.Build
	// Getenv reads the environment.
	Getenv func(string) string
	// UserHome, User and Host must not appear in the report.
	UserHome, User, Host string
	// Homes are the Codex homes that Rekey looks after.
	Homes []agent.Options
	// Settings are the user's choices, and Problems what is invalid in them.
	Settings config.Settings
	Problems []error
	// Config is the path of the configuration file.
	Config string
	// FindCodex finds the user's own codex.
	FindCodex func() (path string, err error)
	// Panel returns why no panel shows the icon, nil if one does.
	Panel func(ctx context.Context) error
	// Notifications names the program that shows notifications.
	Notifications func(ctx context.Context) (name string, err error)
	// Autostart starts Rekey when the user signs in to the desktop.
	Autostart autostart.Login
	// Window returns why the window program cannot be started, nil if it can.
	Window func() error
	// Now is the wall clock; nil: time.Now.
	Now func() time.Time

	root string // where the file system begins, for tests; "": at its root
	proc string // where processes are listed, for tests; "": the system's own
}

// found is the result of one probe.
type found struct {
	facts    []Fact
	findings []Finding
}

func (f *found) fact(code, about, value string) {
	f.facts = append(f.facts, Fact{Code: code, About: about, Value: value})
}

// word adds a fact whose value is a word.
func (f *found) word(code, about string, word Word) {
	f.facts = append(f.facts, Fact{Code: code, About: about, Value: string(word), Word: word})
}

func (f *found) finding(code string, s Severity, about string, args ...any) {
	f.findings = append(f.findings, Finding{code, s, about, args})
}

// probe examines one thing.
type probe struct {
	name  string // as in the message doctor.part.NAME
	about string
	look  func(ctx context.Context) found
}

// Collect examines everything concurrently and returns within five seconds; what does
// not answer in time becomes a Finding. It sends nothing to the authorization
// server and changes no sign-in.
func Collect(ctx context.Context, in Inputs) Report {
	if in.Now == nil {
		in.Now = time.Now
	}
	return collect(ctx, in, in.probes(), timeLimit)
}

func (in Inputs) probes() []probe {
	list := []probe{{"program", "", in.program}, {"configuration", "", in.configuration}}
	for _, home := range in.Homes {
		list = append(list, probe{"home", home.Dir, func(ctx context.Context) found { return in.home(ctx, home) }})
		list = append(list, probe{"agent", home.Dir, func(ctx context.Context) found { return in.agent(ctx, home) }})
	}
	return append(list,
		probe{"codex", "", in.codex}, probe{"processes", "", in.processes},
		probe{"panel", "", in.panel}, probe{"notifications", "", in.notifications}, probe{"desktop", "", in.desktop},
		probe{"network", "", in.network}, probe{"clock", "", in.clock},
	)
}

// collect runs the probes concurrently. A probe that is late is left to end by
// itself; its context is done.
func collect(ctx context.Context, in Inputs, probes []probe, limit time.Duration) Report {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answers := make([]chan found, len(probes))
	for i, p := range probes {
		answers[i] = make(chan found, 1)
		go func() { answers[i] <- p.look(ctx) }()
	}
	var all found
	for i, p := range probes {
		var f found
		select {
		case f = <-answers[i]:
		case <-ctx.Done():
			select {
			case f = <-answers[i]: // it was in time even if others were not
			default:
				f.finding(FindSlow, Warning, p.about, "Part", p.name, "Limit", limit)
			}
		}
		all.facts = append(all.facts, f.facts...)
		all.findings = append(all.findings, f.findings...)
	}
	slices.SortStableFunc(all.findings, func(a, b Finding) int { return a.Severity.rank() - b.Severity.rank() })
	r := Report{Schema: schema, At: in.Now().UTC().Round(0), Facts: all.facts, Findings: all.findings}
	return newCleaner(in).report(r)
}

func (in Inputs) program(context.Context) (f found) {
	f.fact(FactVersion, "", in.Version.String())
	f.fact(FactSystem, "", runtime.GOOS+"/"+runtime.GOARCH)
	return f
}
