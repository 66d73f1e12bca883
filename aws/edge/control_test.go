package edge

import (
	"net/http"
	"os"
	"testing"

	"lifeboat/aws/fault"
)

func TestEachHalfOfTheControlPlaneHelpsItselfWithWhatTheOtherLastSaid(t *testing.T) {
	body, err := os.ReadFile("testdata/distribution.xml")
	if err != nil {
		t.Fatal(err)
	}
	up := true
	fronts := front(t, func(w http.ResponseWriter, _ *http.Request) {
		if !up {
			says(503, "")(w, nil)
			return
		}
		_, _ = w.Write(body)
	})
	a, spec := flare(t)
	spec.DistributionID, spec.CloudFront = fronts.DistributionID, fronts.CloudFront
	r := reader(t, spec)
	whole := r.Control(t.Context(), Control{})
	if o := whole.Distribution.Value.Origins; len(o) != 2 || o[0].Region != "us-east-1" {
		t.Fatalf("origins %+v: the first is a name of the zone that leads to us-east-1", o)
	}
	if len(whole.Zone.Value.Records) != 2 {
		t.Fatalf("records %+v: shop.example leads to another distribution than this", whole.Zone.Value.Records)
	}

	up = false
	withoutCDN := r.Control(t.Context(), whole)
	kindIs(t, withoutCDN.Distribution.Err, fault.Unavailable)
	if !withoutCDN.Zone.Fresh() || len(withoutCDN.Zone.Value.Records) != 2 || withoutCDN.Distribution.Value.ID == "" {
		t.Errorf("without the CDN's word: %+v", withoutCDN)
	}

	up = true
	a.byPath["/zones"] = refuses(500, 1, "down")
	withoutZone := r.Control(t.Context(), whole)
	kindIs(t, withoutZone.Zone.Err, fault.Unavailable)
	if o := withoutZone.Distribution.Value.Origins; !withoutZone.Distribution.Fresh() || o[0].Region != "us-east-1" {
		t.Errorf("without the zone's word: %+v", withoutZone.Distribution)
	}
}
