package autostart

func system(o Options) (Login, error) { return newLaunchAgent(o), nil }
