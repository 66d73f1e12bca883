package views

import "slices"

// provisionKeys are those of the path, its phases, what they are told, and plans.
func provisionKeys() []Key {
	return slices.Concat(pathKeys(), inputKeys(), planKeys(), ownedKeys())
}

func pathKeys() []Key {
	return []Key{
		{Name: "up", Keys: []string{"up", "k"}, Show: "↑ k", Help: "phase above", Scope: OnPath, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Show: "↓ j", Help: "phase below", Scope: OnPath, run: moves(1)},
		{Name: "first phase", Keys: []string{"home", "g", "pgup"}, Show: "Home g", Help: "first phase", Scope: OnPath, run: pages(-1)},
		{Name: "last phase", Keys: []string{"end", "G", "pgdown"}, Show: "End G", Help: "last phase", Scope: OnPath, run: pages(1)},
		{Name: "open phase", Keys: []string{"enter"}, Show: "Enter", Does: "open", Help: "the phase, or its run where one is open", Scope: OnPath, run: (*root).openRow},
		{Name: "strategy", Keys: []string{"s"}, Show: "s", Does: "strategy", Help: "how the standby stands by: what each way costs and means, and change it", Scope: OnPath, off: noStrategies, run: (*root).openStrategy},
		{Name: "yours", Keys: []string{"o"}, Show: "o", Does: "what is yours", Help: "what is adopted of your own Terraform's, and what you keep", Scope: OnPath, off: noOwned, run: (*root).openOwned},
		{Name: "back", Keys: []string{"esc", "backspace"}, Show: "Esc", Does: "back", Help: "to the cockpit; runs go on", Scope: OnPath, run: (*root).stepBack},

		{Name: "up", Keys: []string{"up", "k"}, Show: "↑ k", Help: "strategy above", Scope: OnStrategy, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Show: "↓ j", Help: "strategy below", Scope: OnStrategy, run: moves(1)},
		{Name: "first", Keys: []string{"home", "g", "pgup"}, Show: "Home g", Help: "the dearest", Scope: OnStrategy, run: pages(-1)},
		{Name: "last", Keys: []string{"end", "G", "pgdown"}, Show: "End G", Help: "the cheapest", Scope: OnStrategy, run: pages(1)},
		{Name: "change strategy", Keys: []string{"b"}, Show: "b", Does: "change to it", Help: "change to it; its gate comes before anything is made or ended", Scope: OnStrategy, off: cannotChangeStrategy, run: changesStrategy(false)},
		{Name: "only plan", Keys: []string{"n"}, Show: "n", Does: "only plan", Help: "plan it for every root and change nothing", Scope: OnStrategy, off: cannotChangeStrategy, run: changesStrategy(true)},
		{Name: "back", Keys: []string{"esc", "backspace"}, Show: "Esc", Does: "back", Help: "to the path; nothing was started", Scope: OnStrategy, run: (*root).stepBack},

		{Name: "up", Keys: []string{"up", "k"}, Show: "↑ k", Help: "line up", Scope: BeforePhase, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Show: "↓ j", Help: "line down", Scope: BeforePhase, run: moves(1)},
		{Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Show: "PgUp", Help: "page up", Scope: BeforePhase, run: pages(-1)},
		{Name: "page down", Keys: []string{"pgdown", "ctrl+f", "space"}, Show: "PgDn", Help: "page down", Scope: BeforePhase, run: pages(1)},
		{Name: "begin phase", Keys: []string{"b"}, Show: "b", Does: "plan, then ask", Help: "plan it; its gate comes before anything is made", Scope: BeforePhase, off: cannotBeginPhase, run: beginsPhase(false)},
		{Name: "only plan", Keys: []string{"n"}, Show: "n", Does: "only plan", Help: "plan it and make nothing", Scope: BeforePhase, off: cannotBeginPhase, run: beginsPhase(true)},
		{Name: "inputs", Keys: []string{"enter", "i"}, Show: "Enter i", Does: "inputs", Help: "look at what it is told, and change it", Scope: BeforePhase, off: noInputs, run: (*root).openRow},
		{Name: "write", Keys: []string{"w"}, Show: "w", Does: "write", Help: "write what was typed into lifeboat.yaml", Scope: BeforePhase, off: cannotWrite, run: (*root).writes},
		{Name: "yours", Keys: []string{"o"}, Show: "o", Does: "what is yours", Help: "what is adopted of your own Terraform's, and what you keep", Scope: BeforePhase, off: noOwned, run: (*root).openOwned},
		{Name: "back", Keys: []string{"esc", "backspace"}, Show: "Esc", Does: "back", Help: "to the path; nothing was started", Scope: BeforePhase, run: (*root).stepBack},
	}
}

func inputKeys() []Key {
	return []Key{
		{Name: "up", Keys: []string{"up", "k", "shift+tab"}, Show: "↑ k", Help: "line up", Scope: OnInputs, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j", "tab"}, Show: "↓ j", Help: "line down", Scope: OnInputs, run: moves(1)},
		{Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Show: "PgUp", Help: "page up", Scope: OnInputs, run: pages(-1)},
		{Name: "page down", Keys: []string{"pgdown", "ctrl+f"}, Show: "PgDn", Help: "page down", Scope: OnInputs, run: pages(1)},
		{Name: "change", Keys: []string{"enter"}, Show: "Enter", Does: "change", Help: "type it, or choose", Scope: OnInputs, run: (*root).openRow},
		{Name: "begin phase", Keys: []string{"b"}, Show: "b", Does: "write, plan, then ask", Help: "write it down, and plan; the gate comes before anything is made", Scope: OnInputs, off: cannotBeginPhase, run: beginsPhase(false)},
		{Name: "write", Keys: []string{"w"}, Show: "w", Does: "write", Help: "write what was typed into lifeboat.yaml", Scope: OnInputs, off: cannotWrite, run: (*root).writes},
		{Name: "back", Keys: []string{"esc", "backspace"}, Show: "Esc", Does: "back", Help: "back; what was typed is kept, not written", Scope: OnInputs, run: (*root).stepBack},

		{Name: "take", Keys: []string{"enter"}, Show: "Enter", Does: "take it", Help: "take it, to the next that is missing", Scope: InFields, run: (*root).openRow},
		{Name: "leave", Keys: []string{"esc"}, Show: "Esc", Does: "leave as it was", Help: "leave it as it was", Scope: InFields, run: (*root).stepBack},
		{Name: "next", Keys: []string{"tab"}, Show: "Tab", Does: "next", Help: "take it, to the next", Scope: InFields, run: fieldSteps(1)},
		{Name: "before", Keys: []string{"shift+tab"}, Show: "Shift-Tab", Help: "take it, to the one before", Scope: InFields, run: fieldSteps(-1)},
		{Name: "choose", Show: "↑ ↓", Help: "in a list of choices: another", Scope: InFields},
		{Name: "quit", Keys: []string{"ctrl+c"}, Show: "Ctrl-C", Help: "quit; what was typed is lost", Scope: InFields, run: quit},
	}
}

func planKeys() []Key {
	return []Key{
		{Name: "up", Keys: []string{"up", "k"}, Show: "↑ k", Help: "line up", Scope: OnPlan, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Show: "↓ j", Help: "line down", Scope: OnPlan, run: moves(1)},
		{Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Show: "PgUp", Help: "page up", Scope: OnPlan, run: pages(-1)},
		{Name: "page down", Keys: []string{"pgdown", "ctrl+f"}, Show: "PgDn", Help: "page down", Scope: OnPlan, run: pages(1)},
		{Name: "first line", Keys: []string{"home", "g"}, Show: "Home g", Help: "to the beginning", Scope: OnPlan, run: moves(-manyRows)},
		{Name: "last line", Keys: []string{"end", "G"}, Show: "End G", Help: "to the end", Scope: OnPlan, run: moves(manyRows)},
		{Name: "open", Keys: []string{"enter", "space"}, Show: "Enter", Does: "open, close", Help: "a module's resources, a resource's attributes", Scope: OnPlan, run: (*root).openRow},
		{Name: "next root", Keys: []string{"right", "tab", "l"}, Show: "→ Tab", Does: "next root", Help: "the next root's plan", Scope: OnPlan, off: noOtherRoot, run: otherRoot(1)},
		{Name: "root before", Keys: []string{"left", "shift+tab", "h"}, Show: "← h", Help: "the plan of the root before", Scope: OnPlan, off: noOtherRoot, run: otherRoot(-1)},
		{Name: "all", Keys: []string{"a"}, Show: "a", Does: "all", Help: "open or close every module", Scope: OnPlan, run: (*root).openAllOfPlan},
		{Name: "filter", Keys: []string{"/"}, Show: "/", Does: "filter", Help: "by name, address or action", Scope: OnPlan, run: (*root).filterPlan},
		{Name: "yours", Keys: []string{"o"}, Show: "o", Does: "what is yours", Help: "what is adopted of your own Terraform's, and what you keep", Scope: OnPlan, off: noOwned, run: (*root).openOwned},
		{Name: "back", Keys: []string{"esc", "backspace"}, Show: "Esc", Does: "back", Help: "end the filter, then back", Scope: OnPlan, run: (*root).stepBack},
	}
}

func ownedKeys() []Key {
	return []Key{
		{Name: "up", Keys: []string{"up", "k"}, Show: "↑ k", Help: "resource above", Scope: OnOwned, run: moves(-1)},
		{Name: "down", Keys: []string{"down", "j"}, Show: "↓ j", Help: "resource below", Scope: OnOwned, run: moves(1)},
		{Name: "page up", Keys: []string{"pgup", "ctrl+b"}, Show: "PgUp", Help: "what is to be written, up", Scope: OnOwned, run: pages(-1)},
		{Name: "page down", Keys: []string{"pgdown", "ctrl+f", "space"}, Show: "PgDn", Help: "what is to be written, down", Scope: OnOwned, run: pages(1)},
		{Name: "copy", Keys: []string{"c"}, Show: "c", Does: "copy", Help: "send what is to be written to the terminal's clipboard", Scope: OnOwned, off: noBlock, run: (*root).copyBlock},
		{Name: "look again", Keys: []string{"l"}, Show: "l", Does: "look again", Help: "read your state and the cloud anew", Scope: OnOwned, run: (*root).lookAtOwned},
		{Name: "back", Keys: []string{"esc", "backspace"}, Show: "Esc", Does: "back", Help: "back", Scope: OnOwned, run: (*root).stepBack},
	}
}
