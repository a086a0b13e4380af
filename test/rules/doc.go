// Package rules holds no code, only tests that read the sources: the walls of
// the house, the papers, the translations and the versions.
package rules
