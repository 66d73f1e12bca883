package cli

import (
	"errors"
	"os"

	"github.com/charmbracelet/x/term"
)

// hasScreen says whether a cockpit can be drawn here; the error says what can be had instead.
func (a *app) hasScreen() error {
	const instead = "\nlifeboat status prints one reading as text, lifeboat status --watch goes on in lines"
	out, ok := a.out.(*os.File)
	switch {
	case !ok || !term.IsTerminal(out.Fd()) || !term.IsTerminal(a.in.Fd()):
		return &failure{exitNoTell, errors.New("the cockpit needs a terminal, and there is none here" + instead)}
	case os.Getenv("TERM") == "dumb":
		return &failure{exitNoTell, errors.New("the cockpit needs a terminal that can place its cursor, and TERM is dumb" + instead)}
	}
	return nil
}
