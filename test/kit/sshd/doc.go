// Package sshd gives a test a real OpenSSH server of its own, on Linux, and a
// client's configuration that reaches it. What runs there has a home of its own,
// not the one of the user who runs the test.
package sshd
