package app

import (
	"context"
	"os"
	"os/user"
	"path/filepath"

	"rekey/auth/agent"
	"rekey/internal/doctor"
	"rekey/internal/safefile"
	"rekey/internal/version"
	"rekey/ui/cli"
	"rekey/ui/notify"
	"rekey/ui/tray"
)

// doctor examines this machine and these homes.
func (w wiring) doctor(ctx context.Context, homes []string) (doctor.Report, error) {
	var list []agent.Options
	for _, home := range homes {
		o, err := w.options(home)
		if err != nil {
			return doctor.Report{}, err
		}
		o.Store.SharedBus = true // there is no tray in this process to disturb
		list = append(list, o)
	}
	return w.diagnose(ctx, list)
}

func (w wiring) diagnose(ctx context.Context, homes []agent.Options) (doctor.Report, error) {
	in := doctor.Inputs{
		Version: version.Current(), Getenv: os.Getenv, UserHome: userHome(), Homes: homes,
		Settings: w.config.Settings, Problems: w.config.problems, Config: w.config.path,
		FindCodex: func() (string, error) { return findCodex(w.config.Codex) },
		Panel:     func(ctx context.Context) error { return tray.Probe(ctx, "") },
		Notifications: func(ctx context.Context) (string, error) {
			return notify.Daemon(ctx, "")
		},
		Autostart: w.autostart(userHome()),
		Window:    func() error { _, err := windowProgram(); return err },
	}
	if u, err := user.Current(); err == nil {
		in.User = u.Username
	}
	in.Host, _ = os.Hostname() // an unknown name cannot appear in the report
	report := doctor.Collect(ctx, in)
	if err := ctx.Err(); err != nil {
		return report, cli.ErrInterrupted
	}
	return report, nil
}

// copyDiagnostics copies a diagnosis to the clipboard or, without one, to a
// file in folder, and says where it is.
func (w wiring) copyDiagnostics(ctx context.Context, homes []agent.Options, folder string) (note string, err error) {
	report, err := w.diagnose(ctx, homes)
	if err != nil {
		return "", err
	}
	text := cli.Diagnosis(report, w.words)
	if copyText(ctx, text) == nil {
		return w.words.Say("tray.diagnostics_copied"), nil
	}
	path := filepath.Join(folder, "diagnostics.txt")
	if err := safefile.Replace(path, []byte(text), 0o600); err != nil {
		return "", err
	}
	return w.words.Say("tray.diagnostics_saved", "Where", path), nil
}
