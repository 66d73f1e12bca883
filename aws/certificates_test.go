package aws_test

import (
	"strings"
	"testing"

	"lifeboat/aws/fault"
	"lifeboat/aws/sim/cloud"
)

// requested is a certificate of the standby's region that waits for its names to be proven.
func (p *place) requested(names ...string) (arn string) {
	arn = "arn:aws:acm:us-west-2:123456789012:certificate/0d2a1c34"
	p.Locked(func(w *cloud.World) {
		r := w.Region(west)
		x := &cloud.Certificate{ARN: arn, Domain: names[0], Names: names, Status: cloud.CertificatePending, NotBefore: w.Now()}
		x.Ask(w.Account)
		r.Certificates = append(r.Certificates, x)
	})
	return arn
}

func TestACertificateTellsTheRecordsThatProveIt(t *testing.T) {
	hermetic(t)
	p := open(t, 0)
	arn := p.requested("davidshaevel.com", "*.davidshaevel.com", "origin.davidshaevel.com")
	c := changer(t, p.spec(west), nil)
	proof, err := c.Proof(t.Context(), arn)
	if err != nil || proof.Status != "PENDING_VALIDATION" || !proof.Complete || proof.Domain != "davidshaevel.com" {
		t.Fatalf("%+v, %v", proof, err)
	}
	if len(proof.Records) != 2 {
		t.Fatalf("a name and its wildcard have one record: %+v", proof.Records)
	}
	for i, suffix := range []string{".davidshaevel.com.", ".origin.davidshaevel.com."} {
		if r := proof.Records[i]; !strings.HasPrefix(r.Name, "_") || !strings.HasSuffix(r.Name, suffix) || r.Type != "CNAME" || !strings.HasSuffix(r.Value, ".acm-validations.aws.") {
			t.Errorf("%+v", r)
		}
	}
}

func TestACertificateIsIssuedOnceItsRecordsAreThere(t *testing.T) {
	hermetic(t)
	p := open(t, 0)
	arn := p.requested("davidshaevel.com", "origin.davidshaevel.com")
	c := changer(t, p.spec(west), nil)
	proof, err := c.Proof(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"PENDING_VALIDATION", "ISSUED"} {
		p.Locked(func(w *cloud.World) {
			z := w.Zones[0]
			r := proof.Records[i]
			w.Publish(z, append(z.Records, &cloud.Record{ID: w.NewID(), Type: r.Type, Name: strings.TrimSuffix(r.Name, "."), Content: strings.TrimSuffix(r.Value, "."), TTL: 1}))
		})
		if proof, err = c.Proof(t.Context(), arn); err != nil || proof.Status != want {
			t.Errorf("with %d records it is %s, %v", i+1, proof.Status, err)
		}
	}
	if len(proof.Records) != 2 {
		t.Errorf("the records are told afterwards too: renewals need them; %+v", proof.Records)
	}
}

func TestACertificateThatIsNotThereProvesNothing(t *testing.T) {
	hermetic(t)
	_, err := changer(t, open(t, 0).spec(west), nil).Proof(t.Context(), "arn:aws:acm:us-west-2:1:certificate/none")
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("%v", err)
	}
}
