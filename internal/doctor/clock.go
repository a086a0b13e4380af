package doctor

import "context"

// clock looks whether the clock is kept right. Where it is not, tokens seem to
// live longer or shorter than they do.
func (in Inputs) clock(context.Context) (f found) {
	synchronised, known := clockSynchronised()
	switch {
	case !known:
		f.fact(FactClock, "", notLooked)
	case synchronised:
		f.fact(FactClock, "", "synchronised")
	default:
		f.fact(FactClock, "", "not synchronised")
		f.finding(FindUnsynchronised, Note, "", "nothing keeps the clock right", "switch network time on")
	}
	return f
}
