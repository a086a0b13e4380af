// Package memory keeps on disk what Rekey remembers about one home: the key of
// all fingerprints, permanent refusals, last attempts, shown notifications,
// recent activity, and the escrow, which keeps the answer of a refresh until it
// is in the store.
//
// It touches only files in its own folders. The only tokens in them are those
// of the escrow's answer, and no error of this package quotes one.
package memory
