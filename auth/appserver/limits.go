package appserver

import (
	"errors"
	"time"
)

// Limits bound what one connection may cost the others. The zero value bounds
// nothing but the length of a line: for the program that has started this one.
type Limits struct {
	// Introduce is how long a client may take until initialize has been
	// answered. Until then its lines may not be long.
	Introduce time.Duration
	// Line is how long a line may take from its first byte to its last.
	Line time.Duration
	// Write is how long the client may take to read one line.
	Write time.Duration
	// InFlight is how many requests may be under way. The next one is not
	// read before one of them has been answered.
	InFlight int
}

// maxLine is the longest line that is read; a longer one ends the connection.
const maxLine = 32 << 20

// shortLine is the longest line of a client that has not introduced itself. Of
// longer ones a Server with limits has one in its memory at a time.
const shortLine = 64 << 10

// Why a connection is ended by this side.
var (
	// ErrLineTooLong ends a connection whose peer sent a line over 32 MiB, or
	// over 64 KiB before it has introduced itself.
	ErrLineTooLong = errors.New("a line is too long")
	// ErrLineUnfinished ends a connection whose peer does not finish a line.
	ErrLineUnfinished = errors.New("a line was begun and not finished in time")
	// ErrNotIntroduced ends a connection whose peer does not say who it is.
	ErrNotIntroduced = errors.New("the client did not introduce itself in time")
	// ErrNotRead ends a connection whose peer does not read.
	ErrNotRead = errors.New("the client does not read what it is sent")
)
