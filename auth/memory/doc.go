// Package memory is what Rekey remembers about one home beyond the life of a
// process, in a folder of its own: the key of all fingerprints, what was refused
// for good, which notifications were shown, what happened lately, and the
// escrow, where the answer of a refresh waits until it is in the store.
//
// It touches the files in that folder and nothing else. It holds no token but
// for the escrow's answer, and no error of this package quotes one.
package memory
