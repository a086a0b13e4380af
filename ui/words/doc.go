// Package words turns a State and the time into text, in the reader's language:
// what every face says, said the same way everywhere. All functions and methods
// are pure and total.
//
// The time that is passed in also carries the zone: clock times are written in
// now's location. The texts hold nothing but the State's own fields, so no
// token can be among them, and they hold no markup: whoever shows them where
// markup means something escapes them.
package words
