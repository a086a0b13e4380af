package doctor

import "context"

// clock looks whether the clock is kept right. Where it is not, tokens seem to
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
