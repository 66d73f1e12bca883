package aws

import (
	"cmp"
	"slices"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func (t Target) compare(u Target) int {
	return cmp.Or(cmp.Compare(t.ID, u.ID), cmp.Compare(t.Port, u.Port))
}

// choose gives the oneByOne groups to be read now: the urgent ones first, but always some of the calm ones, so that a
// sick half does not hide what becomes of the other.
func (m *elbMemory) choose(groups []types.TargetGroup, prev map[string]Part[TargetGroup]) []types.TargetGroup {
	part := func(g types.TargetGroup) Part[TargetGroup] { return prev[awssdk.ToString(g.TargetGroupName)] }
	inTurn := slices.Clone(groups)
	slices.SortStableFunc(inTurn, func(a, b types.TargetGroup) int { return part(a).Tried.Compare(part(b).Tried) })
	var urgent, calm []types.TargetGroup
	for _, g := range inTurn {
		if m.urgent(awssdk.ToString(g.TargetGroupName), part(g)) {
			urgent = append(urgent, g)
		} else {
			calm = append(calm, g)
		}
	}
	first := min(len(urgent), oneByOne-min(keptForCalm, len(calm)))
	all := slices.Concat(urgent[:first], calm, urgent[first:])
	return all[:min(len(all), oneByOne)]
}

// urgent says whether a group was not read yet, could not be read, was not well or had just changed.
func (m *elbMemory) urgent(name string, p Part[TargetGroup]) bool {
	if !p.Fresh() {
		return true
	}
	healthy, all := p.Value.Healthy()
	m.mu.Lock()
	defer m.mu.Unlock()
	return healthy < all || m.moved[name]
}

func (m *elbMemory) noteMove(name string, moved bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.moved == nil {
		m.moved = map[string]bool{}
	}
	m.moved[name] = moved
}
