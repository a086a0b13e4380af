// Package program holds no code, only tests: the program rekey as a user runs
// it in a terminal or a script, with neither a desktop nor an account.
package program
