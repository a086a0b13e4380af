// Package words turns a State and the time into text in the reader's language,
// so that all faces say the same. All functions and methods are pure and total,
// except Follow and FollowAll, which run a timer.
//
// The time that is passed in also carries the zone: clock times are written in
// now's location. The texts hold nothing but the State's own fields, so they
// contain no token. They contain no markup either: escape them where markup has
// a meaning.
package words
