package dr

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lifeboat/aws/sim/cloud"
	"lifeboat/dr/config"
	"lifeboat/dr/runbook"
)

// Terraform repeats requests that nobody answers for a quarter of an hour and more: whoever plans is told before that.
func TestAPlanIsGivenUpOnceARegionThatItLeansOnIsSilent(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	inTimeOf(t, string(cloud.PilotLight), func(t *testing.T, w *estateInTime) {
		r := w.runner()
		b, err := r.newBuilder(t.Context(), runbook.Pins{pinPrimary: string(config.Ours)}, "run")
		if err != nil {
			t.Fatal(err)
		}
		r.settled(t.Context())
		source, end := b.whileAnswered(t.Context(), "source")
		defer end()
		data, endData := b.whileAnswered(t.Context(), "data")
		defer endData()
		time.Sleep(10 * time.Minute)
		if source.Err() != nil || data.Err() != nil {
			t.Fatalf("both regions answer: %v, %v", context.Cause(source), context.Cause(data))
		}
		w.direct("darken", east)
		began := time.Now()
		<-source.Done()
		var s *silence
		if err := context.Cause(source); !errors.As(err, &s) || s.region != east || !strings.Contains(err.Error(), "us-east-1 does not answer since") {
			t.Errorf("it ended since %v", err)
		}
		if took := time.Since(began); took > planSilence+time.Minute {
			t.Errorf("it took %s", took)
		}
		time.Sleep(20 * time.Minute)
		if data.Err() != nil {
			t.Errorf("data, which holds nothing there, ended since %v", context.Cause(data))
		}
	})
}
