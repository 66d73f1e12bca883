package ui

// Fold says whether a step may stand in one line with its neighbours where there is no room for all.
type Fold uint8

// The folds.
const (
	FoldNever Fold = iota
	FoldAhead      // it has not begun: folded first, from the end on
	FoldOver       // it is over and there is nothing to say of it: folded next, from the beginning on
)

// Step is one line of a list of steps.
type Step struct {
	Mark  Line // one cell
	Name  Line
	Words Line // what goes on, or what came of it
	Time  Line // against the right edge
	Tag   Line // beside the time
	Fold  Fold
}

// StepLine is a line of a list of steps: one step, or several that were folded.
type StepLine struct {
	Line  Line
	First int // the index of the first step in it; -1 where it is none
	Count int
}

// Holds says whether a step stands in the line.
func (l StepLine) Holds(i int) bool { return i >= l.First && i < l.First+l.Count }

// Steps draws a list of steps in at most height lines of width cells. Where they do not fit, neighbours that fold are
// put together, no more of them than must be; then everything before step at, and everything after it, in one line each,
// of which what does not fold keeps its name. Below three lines the list is scrolled, with step at in view, and counted.
func Steps(steps []Step, width, height, at int) []StepLine {
	if height <= 0 {
		return nil
	}
	list := newStepList(steps, width)
	groups := folded(steps, at, height)
	if height >= 3 && at >= 0 {
		groups = summed(groups, at, height)
	}
	top, rest := 0, 0
	if len(groups) > height {
		top = middleOf(groups, at, height-1)
		rest = len(groups) - height + 1
	}
	var out []StepLine
	for _, g := range groups[top:min(top+height-min(rest, 1), len(groups))] {
		out = append(out, StepLine{list.draw(g), g.first, g.n})
	}
	if rest > 0 {
		out = append(out, StepLine{Line: countLine(top, rest-top), First: -1})
	}
	return out
}

// group is steps that stand in one line.
type group struct{ first, n int }

// folded puts steps together until there are no more lines than height, as far as they fold. The step that one stands
// on stays by itself.
func folded(steps []Step, at, height int) []group {
	out := make([]group, len(steps))
	for i := range steps {
		out[i] = group{i, 1}
	}
	for _, f := range []Fold{FoldAhead, FoldOver} {
		for len(out) > height {
			i, n := longestRun(out, steps, f, at)
			if n < 2 {
				break
			}
			n = min(n, len(out)-height+1)
			if f == FoldAhead { // the nearest ones are of more interest
				i = runEnd(out, steps, f, at, i) - n
			}
			out[i].n = out[i+n-1].first + out[i+n-1].n - out[i].first
			out = append(out[:i+1], out[i+n:]...)
		}
	}
	return out
}

// summed puts the lines before step at together, then those after it, until there are no more than height.
func summed(g []group, at, height int) []group {
	for len(g) > height {
		i := 0
		for i < len(g) && at >= g[i].first+g[i].n {
			i++
		}
		k := 0 // two lines before it, the first ones
		if i < 2 {
			k = len(g) - 2 // or after it, the last ones
		}
		if k <= i && i < 2 {
			break
		}
		g[k].n += g[k+1].n
		g = append(g[:k+1], g[k+2:]...)
	}
	return g
}

// longestRun is the longest run of lines of one step each that fold.
func longestRun(g []group, steps []Step, f Fold, at int) (first, n int) {
	for i := 0; i < len(g); {
		end := runEnd(g, steps, f, at, i)
		if end-i > n {
			first, n = i, end-i
		}
		i = max(end, i+1)
	}
	return first, n
}

func runEnd(g []group, steps []Step, f Fold, at, i int) int {
	for i < len(g) && g[i].n == 1 && steps[g[i].first].Fold == f && g[i].first != at {
		i++
	}
	return i
}

// middleOf is the first of the lines to show so that the one with step at stands in their middle.
func middleOf(g []group, at, h int) int {
	for i, x := range g {
		if at >= x.first && at < x.first+x.n {
			return max(0, min(i-h/2, len(g)-h))
		}
	}
	return 0
}

func countLine(above, below int) Line {
	var up, down Line
	if above > 0 {
		up = F(Muted, "↑ %d more", above)
	}
	if below > 0 {
		down = F(Muted, "↓ %d more", below)
	}
	return Join(3, up, down)
}

// stepList is the columns of a list.
type stepList struct {
	steps                    []Step
	width                    int
	name, words, times, tags int
}

// leastWords is how much room the words keep beside the tags.
const leastWords = 22

func newStepList(steps []Step, width int) stepList {
	l := stepList{steps: steps, width: width}
	for _, s := range steps {
		l.name = max(l.name, s.Name.Width())
		l.times, l.tags = max(l.times, s.Time.Width()), max(l.tags, s.Tag.Width())
	}
	l.name = min(l.name, max(width*9/20, 12))
	l.words = width - 2 - l.name - 2 - 2 - l.times
	if l.tags == 0 || l.words-2-l.tags < leastWords {
		l.tags = 0
	} else {
		l.words -= 2 + l.tags
	}
	l.words = max(l.words, 0)
	return l
}

func (l stepList) draw(g group) Line {
	switch {
	case g.n > 1 && l.alike(g):
		return l.together(g)
	case g.n > 1:
		return l.sum(g)
	}
	s := l.steps[g.first]
	line := Cat(s.Mark, Space(1), s.Name.Fit(l.name), Space(2), s.Words.Fit(l.words), Space(2), s.Time.Right(l.times))
	if l.tags > 0 {
		line = Cat(line, Space(2), s.Tag)
	}
	return line.Cut(l.width)
}

// together is several steps in one line, the number of those that do not fit behind them.
func (l stepList) together(g group) Line {
	first := l.steps[g.first]
	out := Cat(first.Mark, Space(1), first.Name)
	for i := g.first + 1; i < g.first+g.n; i++ {
		next := Cat(out, T(Muted, " · "), l.steps[i].Name)
		rest := F(Muted, " · %d more", g.first+g.n-i)
		if next.Width()+rest.Width() > l.width && (i < g.first+g.n-1 || next.Width() > l.width) {
			return Cat(out, rest).Cut(l.width)
		}
		out = next
	}
	return out.Cut(l.width)
}

// alike says whether all steps of a line fold in the same way.
func (l stepList) alike(g group) bool {
	for _, s := range l.steps[g.first : g.first+g.n] {
		if s.Fold == FoldNever || s.Fold != l.steps[g.first].Fold {
			return false
		}
	}
	return true
}

// sum is several steps in one line: those that fold are counted, the rest are named.
func (l stepList) sum(g group) Line {
	counts := map[Fold]int{}
	marks := map[Fold]Line{}
	var named []Line
	for _, s := range l.steps[g.first : g.first+g.n] {
		if s.Fold == FoldNever {
			named = append(named, Cat(s.Mark, Space(1), s.Name))
			continue
		}
		counts[s.Fold]++
		marks[s.Fold] = s.Mark
	}
	var parts []Line
	if n := counts[FoldOver]; n > 0 {
		parts = append(parts, Cat(marks[FoldOver], F(Muted, " %d over", n)))
	}
	parts = append(parts, named...)
	if n := counts[FoldAhead]; n > 0 {
		parts = append(parts, Cat(marks[FoldAhead], F(Muted, " %d ahead", n)))
	}
	return Join(3, parts...).Cut(l.width)
}
