package main

import (
	"context"
	"errors"
	"os"
	"os/user"

	"rekey/auth/agent/doctor"
	"rekey/auth/login"
	"rekey/ui/cli"
	"rekey/ui/notify"
	"rekey/ui/tray"
)

// doctor looks at this machine and at these homes.
func (w wiring) doctor(ctx context.Context, homes []string) (cli.Diagnosis, error) {
	in := doctor.Inputs{
		Version: version, Getenv: os.Getenv, UserHome: userHome(),
		Settings: w.config.Settings, Problems: w.config.problems, Config: w.config.path,
		FindCodex: func() (login.CodexProgram, error) { return findCodex(w.config.Codex) },
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
	in.Host, _ = os.Hostname() // what is not known cannot be shown
	for _, home := range homes {
		o, err := w.options(home)
		if err != nil {
			return cli.Diagnosis{}, err
		}
		o.Store.SharedBus = true // there is no tray in this process to disturb
		in.Homes = append(in.Homes, o)
	}
	report := doctor.Collect(ctx, in)
	if err := ctx.Err(); err != nil {
		return cli.Diagnosis{}, errors.New("interrupted")
	}
	d := cli.Diagnosis{Report: report}
	for _, f := range report.Facts {
		d.Facts = append(d.Facts, cli.Fact{Code: f.Code, About: f.About, Value: f.Value})
	}
	for _, f := range report.Findings {
		d.Findings = append(d.Findings, cli.Finding{Severity: string(f.Severity), About: f.About, What: f.What, Do: f.Do})
	}
	return d, nil
}
