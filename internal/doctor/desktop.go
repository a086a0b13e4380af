package doctor

import "context"

// panel looks for a panel that shows the icon.
func (in Inputs) panel(ctx context.Context) (f found) {
	if in.Panel == nil {
		f.word(FactPanel, "", WordNotLooked)
		return f
	}
	if err := in.Panel(ctx); err != nil {
		f.word(FactPanel, "", WordNo)
		f.finding(FindNoPanel, Note, "", "Why", err)
		return f
	}
	f.word(FactPanel, "", WordYes)
	return f
}

// notifications looks for the program that shows notifications.
func (in Inputs) notifications(ctx context.Context) (f found) {
	if in.Notifications == nil {
		f.word(FactNotifications, "", WordNotLooked)
		return f
	}
	name, err := in.Notifications(ctx)
	if err != nil {
		f.word(FactNotifications, "", WordNo)
		f.finding(FindNoNotifications, Warning, "", "Why", err)
		return f
	}
	f.fact(FactNotifications, "", name)
	return f
}

// desktop looks at what else of Rekey is installed.
func (in Inputs) desktop(context.Context) (f found) {
	if in.Autostart == nil {
		f.word(FactAutostart, "", WordNotLooked)
	} else if on, err := in.Autostart.Enabled(); err != nil {
		f.facts = append(f.facts, Fact{FactAutostart, "", err.Error(), WordUnknown})
	} else if on {
		f.word(FactAutostart, "", WordOn)
	} else {
		f.word(FactAutostart, "", WordOff)
	}
	if in.Window == nil {
		f.word(FactWindow, "", WordNotLooked)
		return f
	}
	if err := in.Window(); err != nil {
		f.word(FactWindow, "", WordNo)
		f.finding(FindNoWindow, Note, "", "Why", err)
		return f
	}
	f.word(FactWindow, "", WordYes)
	return f
}
