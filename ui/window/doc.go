// Package window is the graphical window: a client of an auth.Session like
// every face, and the only package that knows Fyne.
//
// It does not import fyne.io/fyne/v2/app, which needs C and a display: the
// program in rekey-window does, and passes in the fyne.App. Widgets are only
// touched on Fyne's goroutine, where nothing slow runs.
package window
