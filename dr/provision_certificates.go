package dr

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"lifeboat/aws"
	"lifeboat/aws/edge"
	"lifeboat/tf"
)

const (
	certificateType = "aws_acm_certificate"
	validationType  = "aws_acm_certificate_validation"
)

// proofWords say at a root's gate which records are written while its apply waits; nothing where it makes no certificate.
func (z *zoneDesk) proofWords(changes []tf.Change) []string {
	var words []string
	for _, c := range changes {
		if c.Type != certificateType || c.Action != tf.Add && c.Action != tf.Replace {
			continue
		}
		names := among(certifiedNames(c))
		if names == "" {
			names = c.Address
		}
		if z.c.Edge.Cloudflare.Zone == "" {
			words = append(words, "the apply waits for the certificate of "+names+" until you have made the records that prove its names: they are shown while it waits (lifeboat.yaml has no edge.cloudflare.zone)")
			continue
		}
		words = append(words, fmt.Sprintf("while the apply waits for the certificate of %s, Lifeboat writes the records that prove its names to Cloudflare, zone %s; they stay, since renewals need them", names, z.c.Edge.Cloudflare.Zone))
	}
	return words
}

// certifiedNames are the names of a planned certificate, each once.
func certifiedNames(c tf.Change) []string {
	var names []string
	for _, f := range c.Fields {
		var name string
		if f.Path != "domain_name" && !strings.HasPrefix(f.Path, "subject_alternative_names[") || json.Unmarshal([]byte(f.After), &name) != nil {
			continue
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// prover writes the records that prove certificates while an apply goes on, each certificate once.
type prover struct {
	zone *zoneDesk
	say  func(format string, args ...any)
	ctx  context.Context
	stop context.CancelFunc

	mu   sync.Mutex
	seen []string // ARNs
	all  sync.WaitGroup
}

// prove begins: certificates that the plan knows already, of an apply that failed before, are seen to at once. take is told every event
// of the apply, and end is called when it is over.
func (z *zoneDesk) prove(ctx context.Context, plan []tf.Change, say func(format string, args ...any)) *prover {
	p := &prover{zone: z, say: say}
	p.ctx, p.stop = context.WithCancel(ctx)
	for _, c := range plan {
		for _, f := range c.Fields {
			var arn string
			if c.Type == validationType && f.Path == "certificate_arn" && json.Unmarshal([]byte(f.After), &arn) == nil {
				p.certificate(arn)
			}
		}
	}
	return p
}

// take hears an event of the apply: a certificate that was made is waited for next, and that ends only once its records are there.
func (p *prover) take(e tf.Event) {
	if e.Kind == tf.Done && e.Type == certificateType && e.Action != tf.Destroy {
		p.certificate(e.ID)
	}
}

// end stops what is still being tried.
func (p *prover) end() {
	p.stop()
	p.all.Wait()
}

func (p *prover) certificate(arn string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !strings.HasPrefix(arn, "arn:") || slices.Contains(p.seen, arn) {
		return
	}
	p.seen = append(p.seen, arn)
	p.all.Go(func() { p.untilProven(arn) })
}

// untilProven tries until the records are there: Terraform waits for them for an hour and more.
func (p *prover) untilProven(arn string) {
	for {
		words, done, err := p.zone.proveOnce(p.ctx, arn)
		switch {
		case p.ctx.Err() != nil:
			return
		case err != nil:
			p.say("the records that prove %s are not there yet: %s", arn, whyOf(err))
		case words != "":
			p.say("%s", words)
		}
		if done {
			return
		}
		select {
		case <-p.ctx.Done():
			return
		case <-time.After(p.zone.c.Waits.Poll.D()):
		}
	}
}

// proveOnce reads the records of a certificate and writes those that are not there. It is done once the zone has all of its own.
func (z *zoneDesk) proveOnce(ctx context.Context, arn string) (words string, done bool, err error) {
	region := regionOfARN(arn)
	if region == "" {
		return "", true, fmt.Errorf("%q names no region", arn)
	}
	reader, err := z.certificates(region)
	if err != nil {
		return "", false, err
	}
	proof, err := reader.Proof(ctx, arn)
	if err != nil {
		return "", false, err
	}
	ours, byHand := z.split(proof.Records)
	if err := z.write(ctx, ours); err != nil {
		return "", false, err
	}
	var said []string
	if len(ours) > 0 {
		said = append(said, fmt.Sprintf("the certificate of %s: %s in Cloudflare", proof.Domain, several(len(ours), "validation record")))
	}
	for _, r := range byHand {
		said = append(said, fmt.Sprintf("make by hand: %s %s %s", r.Name, r.Type, r.Value))
	}
	return strings.Join(said, "; "), proof.Complete, nil
}

// split are the records of the zone, and those of names that are not its own.
func (z *zoneDesk) split(records []aws.ValidationRecord) (ours []edge.RecordSpec, byHand []aws.ValidationRecord) {
	for _, r := range records {
		if !edge.InZone(r.Name, z.c.Edge.Cloudflare.Zone) {
			byHand = append(byHand, r)
			continue
		}
		ours = append(ours, edge.RecordSpec{Name: strings.TrimSuffix(r.Name, "."), Type: r.Type, Content: r.Value, Why: "proves a certificate's name"})
	}
	return ours, byHand
}

// write makes the records that are not there, in one batch.
func (z *zoneDesk) write(ctx context.Context, wanted []edge.RecordSpec) error {
	if len(wanted) == 0 {
		return nil
	}
	records, err := z.edge.AllRecords(ctx)
	if err != nil {
		return err
	}
	return z.edge.SetUp(ctx, edge.PlanSetup(records, wanted))
}
