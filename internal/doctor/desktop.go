package doctor

import "context"

// notLooked is the value of a fact that nobody looks for.
const notLooked = "not looked for"

// panel looks for a panel that shows the icon.
func (in Inputs) panel(ctx context.Context) (f found) {
	if in.Panel == nil {
		f.fact(FactPanel, "", notLooked)
		return f
	}
	if err := in.Panel(ctx); err != nil {
		f.fact(FactPanel, "", "no")
		f.finding(FindNoPanel, Note, "", "no panel shows Rekey's icon: "+err.Error(), `use a panel with status icons, or "rekey watch"`)
		return f
	}
	f.fact(FactPanel, "", "yes")
	return f
}

// notifications looks for the program that shows notifications.
func (in Inputs) notifications(ctx context.Context) (f found) {
	if in.Notifications == nil {
		f.fact(FactNotifications, "", notLooked)
		return f
	}
	name, err := in.Notifications(ctx)
	if err != nil {
		f.fact(FactNotifications, "", "no")
		f.finding(FindNoNotifications, Warning, "", "nothing shows notifications: "+err.Error(), "start a notification daemon")
		return f
	}
	f.fact(FactNotifications, "", name)
	return f
}

// desktop looks at what else of Rekey is installed.
func (in Inputs) desktop(context.Context) (f found) {
	switch {
	case in.Autostart == nil:
		f.fact(FactAutostart, "", notLooked)
	default:
		on, err := in.Autostart.Enabled()
		value := "off"
		if on {
			value = "on"
		}
		if err != nil {
			value = "not known: " + err.Error()
		}
		f.fact(FactAutostart, "", value)
	}
	if in.Window == nil {
		f.fact(FactWindow, "", notLooked)
		return f
	}
	if err := in.Window(); err != nil {
		f.fact(FactWindow, "", "no")
		f.finding(FindNoWindow, Note, "", err.Error(), "install rekey-window")
		return f
	}
	f.fact(FactWindow, "", "yes")
	return f
}
