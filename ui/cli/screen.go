package cli

// Screen is where one of the standard streams leads.
type Screen struct {
	// Terminal: to a person, not to a file or another program.
	Terminal bool
	// Rewrites: what stands in the present line can be replaced.
	Rewrites bool
	// Colour: it shows colours, and they are wanted.
	Colour bool
	// Width returns the number of columns at the moment, 0 when it is not known.
	// nil stands for no limit.
	Width func() int
}

// NewScreen describes a stream that is a terminal or is not. Colours follow the
// conventions that programs share: NO_COLOR over CLICOLOR_FORCE over what the
// stream is.
func NewScreen(terminal bool, getenv func(string) string) Screen {
	s := Screen{Terminal: terminal, Rewrites: terminal && getenv("TERM") != "dumb"}
	s.Colour = s.Rewrites
	if force := getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		s.Colour = true
	}
	if getenv("NO_COLOR") != "" {
		s.Colour = false
	}
	return s
}

// usualColumns is how wide a terminal is that does not say.
const usualColumns = 80

// columns is how much fits into a line.
func (s Screen) columns() int {
	if s.Width != nil {
		if n := s.Width(); n > 0 {
			return n
		}
	}
	return usualColumns
}

// style is how a text looks (ECMA-48, Select Graphic Rendition).
type style string

// The styles. Colours are those of the terminal's own palette, so that they are
// readable on its background.
const (
	plain        style = ""
	bold         style = "1"
	underlined   style = "4"
	red          style = "1;31"
	green        style = "32"
	yellow       style = "33"
	faint        style = "2"
	blackOnWhite style = "30;107"
)

// paint gives a text a style where colours are wanted.
func (s Screen) paint(how style, text string) string {
	if !s.Colour || how == plain {
		return text
	}
	return "\x1b[" + string(how) + "m" + text + "\x1b[0m"
}
