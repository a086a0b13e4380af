// Package window is the graphical window: a client of a auth.Session like every
// face, and the only package that knows Fyne.
//
// It does not import fyne.io/fyne/v2/app, which needs C and a display: the
// program in rekey-window does, and hands the fyne.App in. All widgets are
// touched on Fyne's goroutine only, and nothing that takes time runs there.
package window
