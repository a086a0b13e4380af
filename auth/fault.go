package auth

import "time"

// The errors of this package that a person can act on have a code, by which the
// faces say them in the reader's language: see package internal/fault, whose
// interface Coded they implement. This package imports nothing of Rekey's, so
// they do it on their own.

// FaultCode names what went wrong.
func (e *RefreshError) FaultCode() string {
	switch {
	case !e.NotBefore.IsZero():
		return "refresh_not_before"
	case e.Permanent:
		return "not_renewable"
	case e.Status != 0:
		return "refresh_answered"
	case e.AnswerLost && e.Err != nil:
		return "refresh_lost_because"
	case e.AnswerLost:
		return "refresh_lost"
	case e.Err != nil:
		return "refresh_failed_because"
	}
	return "refresh_failed"
}

// FaultArgs are the placeholders of the fault's message with their values.
func (e *RefreshError) FaultArgs() []any {
	switch {
	case !e.NotBefore.IsZero():
		now := *e
		now.NotBefore = time.Time{}
		return []any{"What", &now, "When", e.NotBefore.Local().Format(time.TimeOnly)}
	case e.Permanent:
		return []any{"Why", string(e.Reason)}
	case e.Status != 0:
		return []any{"Status", e.Status}
	case e.Err != nil:
		return []any{"Why", e.Err}
	}
	return nil
}

// FaultCode names what went wrong.
func (e *UnreadableError) FaultCode() string { return "unreadable" }

// FaultArgs are the placeholders of the fault's message with their values.
func (e *UnreadableError) FaultArgs() []any { return []any{"Where", e.Where, "What", e.What} }

// FaultCode names what went wrong.
func (e *ShortLivedError) FaultCode() string { return "too_short" }

// FaultArgs are the placeholders of the fault's message with their values.
func (e *ShortLivedError) FaultArgs() []any {
	return []any{"Left", e.Left.Round(time.Second), "Wanted", e.Wanted}
}

// sentinel is an error with a code that callers compare with.
type sentinel struct{ code, text string }

func (e *sentinel) Error() string     { return e.text }
func (e *sentinel) FaultCode() string { return e.code }
func (e *sentinel) FaultArgs() []any  { return nil }
