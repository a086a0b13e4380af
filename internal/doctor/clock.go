package doctor

import "context"

// clock checks whether the clock is synchronized. If not, tokens may seem to
// live longer or shorter than they do.
func (in Inputs) clock(context.Context) (f found) {
	synchronised, known := clockSynchronised()
	switch {
	case !known:
		f.word(FactClock, "", WordNotLooked)
	case synchronised:
		f.word(FactClock, "", WordSynchronised)
	default:
		f.word(FactClock, "", WordUnsynchronised)
		f.finding(FindUnsynchronised, Note, "")
	}
	return f
}
