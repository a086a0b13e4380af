// Fynetray is a tray program on Fyne that does nothing: the least that Rekey
// would be if its tray were Fyne's.
package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
)

func main() {
	a := app.NewWithID("io.github.rekey.bench.fynetray")
	tray := a.(desktop.App)
	tray.SetSystemTrayIcon(theme.AccountIcon())
	tray.SetSystemTrayMenu(fyne.NewMenu("Bare", fyne.NewMenuItem("Nothing", func() {})))
	a.Run()
}
