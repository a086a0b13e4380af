// Package browser drives a real Chromium without a display, for tests: a user's
// browser, whose pages a test reads, clicks on and keeps pictures of. It speaks
// WebDriver (W3C) to Debian's chromedriver over HTTP on this machine, which
// needs nothing but the standard library.
//
// The browser reaches this machine only.
package browser
