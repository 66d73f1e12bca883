package dr

import (
	"errors"
	"testing"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/aws/fault"
)

func TestACockpitThatOpensInTheDarkKnowsTheEdgeAsItWasReadLastAndSaysHowOldThatIs(t *testing.T) {
	dir := t.TempDir()
	seen := wellEdge(noon)
	first := &journalReader{from: &Journals{Dir: dir}}
	first.remember(seen)

	next, err := readEdgeMemory(dir)
	if err != nil {
		t.Fatal(err)
	}
	dark := edge.Snapshot{}
	dark.Distribution = dark.Distribution.Next(edge.Distribution{}, fault.New(fault.TimedOut, "cloudfront:GetDistribution", "", nil), noon.Add(time.Hour))
	next.fill(&dark)
	if dark.Distribution.Value.ID != seen.Distribution.Value.ID || !dark.Distribution.Seen.Equal(noon) || dark.Distribution.Err == nil {
		t.Errorf("%+v", dark.Distribution)
	}
	if len(dark.Zone.Value.Records) != len(seen.Zone.Value.Records) || !dark.Zone.Seen.Equal(noon) {
		t.Errorf("%+v", dark.Zone)
	}
	if !edge.ProvesServing(dark.Distribution, "/api/health") {
		t.Error("what was read an hour ago does not say which path has one origin")
	}
}

func TestWhatIsReadNowCountsMoreThanWhatIsRemembered(t *testing.T) {
	old := edgeMemory{Distribution: edge.Distribution{ID: "OLD"}, DistributionSeen: noon.Add(-time.Hour)}
	now := wellEdge(noon)
	old.fill(&now)
	if now.Distribution.Value.ID == "OLD" {
		t.Error("an old distribution took the place of a new one")
	}
	failed := edge.Snapshot{}
	failed.Distribution = aws.Part[edge.Distribution]{Err: errors.New("x")}
	if old.learn(failed) {
		t.Error("something was learnt of a failure")
	}
}
