package cli

// Screen is where one of the standard streams leads.
type Screen struct {
	// Terminal: to a person, not to a file or another program.
	Terminal bool
	// Colour: it shows colours, and they are wanted.
	Colour bool
	// Width returns the number of columns at the moment, 0 when there is no
	// limit. nil stands for none.
	Width func() int
}

// Coloured reports whether colours are wanted on a stream, by the conventions
// that programs share: NO_COLOR over CLICOLOR_FORCE over what the stream is.
func Coloured(terminal bool, getenv func(string) string) bool {
	switch {
	case getenv("NO_COLOR") != "":
		return false
	case getenv("CLICOLOR_FORCE") != "" && getenv("CLICOLOR_FORCE") != "0":
		return true
	}
	return terminal && getenv("TERM") != "dumb"
}
