package views

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"lifeboat/dr"
)

// copied is what a command sends to the terminal's clipboard, in the words of the message that Bubble Tea makes of it.
func copied(t *testing.T, cmd tea.Cmd) string {
	t.Helper()
	if cmd == nil {
		return ""
	}
	return fmt.Sprint(cmd())
}

func TestWhatGoesIntoTheOwnersRootIsCopiedWhole(t *testing.T) {
	runs := newFakeMaker(nil, ownedPath())
	runs.made.owned = ownedKept()
	m := makerModel(runs, 40, 15, "down", "down", "o")
	if got, want := copied(t, m.copyBlock()), ownedKept()[0].Block; got != want {
		t.Errorf("copied:\n%s\nwant\n%s", got, want)
	}
	if why := noBlock(m); why != "" {
		t.Error(why)
	}
	s := m.base().(*ownedScreen)
	s.list[0].Block = ""
	if why := noBlock(m); why == "" {
		t.Error("nothing is copied as if it were something")
	}
}

func TestEachResourceOfTheOwnersSaysWhatHeDoesNext(t *testing.T) {
	for state, want := range map[dr.OwnedState][2]string{
		dr.OwnedTheirs:  {`yours, not under "no changes"`, "goes into your root, where the remarks say:"},
		dr.OwnedHeld:    {"your root must let go first", "still holds it, as aws_db_instance.main"},
		dr.OwnedFree:    {"let go of; next apply takes it", "the next apply of source takes it over as it is."},
		dr.OwnedAdopted: {"adopted: the stack's now", "the root source holds it."},
		dr.OwnedUnseen:  {"unknown whether let go of", "you give your word for that: adopt database shop-db"},
	} {
		o := dr.Owned{Key: "database", What: "the primary database", Root: "source", ID: "shop-db", State: state, From: "s3://shop/prod.tfstate", Holder: "aws_db_instance.main", Block: "removed {\n}\n"}
		runs := newFakeMaker(nil, withOwned(testPath(), "source", []dr.Owned{o}))
		runs.made.owned = []dr.Owned{o}
		screen := strings.Join(strings.Fields(screenOf(makerModel(runs, 120, 36, "o"))), " ")
		for _, words := range append(want[:], "removed {") {
			if !strings.Contains(screen, words) {
				t.Errorf("%s is not said: %s\n%s", state, words, screen)
			}
		}
		if path := screenOf(makerModel(runs, 120, 36)); !strings.Contains(path, want[0]) {
			t.Errorf("the path does not say %q of it:\n%s", want[0], path)
		}
	}
}

func TestAPhaseOfWhichNothingIsTheOwnersHasNoSuchScreen(t *testing.T) {
	m := makerModel(newFakeMaker(nil, ownedPath()), 80, 24, "down") // compute
	if why := noOwned(m); why == "" {
		t.Error("it has one")
	}
	m.types("o")
	if _, opened := m.base().(*ownedScreen); opened {
		t.Error("it is opened")
	}
}

func TestALookAnewSeesThatTheOwnerHasLetGo(t *testing.T) {
	runs := newFakeMaker(nil, ownedPath())
	runs.made.owned = ownedAll()
	m := makerModel(runs, 120, 36, "o", "down", "down")
	held := screenOf(m)
	runs.mu.Lock()
	runs.made.owned[2].State, runs.made.owned[2].Block = dr.OwnedFree, ""
	runs.mu.Unlock()
	m.types("l")
	if free := screenOf(m); !strings.Contains(held, "1 to be let go of") || strings.Contains(free, "to be let go of") || strings.Contains(free, "removed {") {
		t.Errorf("before\n%s\nafter\n%s", held, free)
	}
}
