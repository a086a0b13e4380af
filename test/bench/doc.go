// Package bench holds no code, only benchmarks: Rekey beside the programs and
// libraries that do the same, interleaved in one run, for only ratios travel
// from one machine to another. "make bench" runs them; the last thing printed
// is the table.
package bench
