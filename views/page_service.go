package views

import (
	"fmt"

	"lifeboat/dr"
	"lifeboat/ui"
)

func (b *facts) servicePage(r *dr.Region, name string) {
	for i := range r.Services {
		if r.Services[i].Name == name {
			b.service(&r.Services[i])
			return
		}
	}
	b.text(ui.T(ui.Muted, "? "+name+" is not in this estate any more"))
}

func (b *facts) service(s *dr.Service) {
	b.seen(s.Seen)
	b.say("in AWS", joined(" / ", s.Cluster, s.ECS))
	if s.Absent {
		b.word("state", s.Level, "absent: ECS answered, and has no such service")
		return
	}
	b.tasks(s)
	b.imageFacts(s)
	b.deployment(s)
	b.log(s)
}

func (b *facts) tasks(s *dr.Service) {
	if !s.Seen.Known() {
		b.fact("full / standby", ui.F(ui.Text, "%d / %d by lifeboat.yaml", s.Full, s.Standby))
		return
	}
	role := roleOf(b.level(s.Seen, s.Level))
	line := ui.Cat(ui.F(role, "%d running", s.Running), ui.F(ui.Text, " of %d wanted, %d pending", s.Desired, s.Pending),
		ui.T(ui.Muted, "  "+ui.Meter(s.Running, max(s.Full, s.Desired), 20)))
	b.fact("tasks", line)
	b.word("state", b.level(s.Seen, s.Level), s.Word)
	b.fact("full / standby", ui.F(ui.Text, "%d / %d by lifeboat.yaml", s.Full, s.Standby))
	if s.Min.Known && s.Max.Known {
		b.fact("autoscaling", ui.F(ui.Text, "%.0f to %.0f", s.Min.Value, s.Max.Value))
	} else {
		b.fact("autoscaling", ui.T(ui.Muted, "none seen"))
	}
	b.say("writes", pick(s.Writes, "yes: a fence stops it", "no"))
}

func (b *facts) imageFacts(s *dr.Service) {
	im := s.Image
	b.section("Image")
	b.say("runs", joined("  ", im.Short, pick(im.Tag != im.Short, im.Tag, "")))
	b.say("digest", im.Digest)
	switch im.Parity {
	case dr.ParityIs:
		b.say("parity", "this region serves: the other one is compared with it")
	case dr.ParityUnknown:
		b.fact("parity", ui.T(ui.Muted, trimRight("? "+im.Why)))
	default:
		words := string(im.Parity)
		if im.Behind > 0 {
			words = ui.Long(im.Behind) + " " + words
		}
		b.word("parity", b.level(s.Seen, im.Level), words)
		b.say("", im.Why)
	}
}

func (b *facts) deployment(s *dr.Service) {
	if s.Raw == nil {
		return
	}
	b.section("Deployment")
	b.say("rollout", s.Rollout)
	b.say("", s.Raw.RolloutReason)
	b.say("task definition", s.Raw.TaskDefinition)
	if !s.Raw.DeployedAt.IsZero() {
		b.say("changed", ui.Clock(s.Raw.DeployedAt, b.now)+", "+b.ago(s.Raw.DeployedAt))
	}
	for _, i := range s.Raw.Images {
		b.fact("container", ui.Join(2, ui.T(ui.Text, i.Container), ui.T(ui.Muted, i.Reference),
			ui.T(ui.Muted, pick(i.Running, "", "from the task definition"))))
	}
}

// log is what ECS says happened: why tasks stopped, and the service's own events.
func (b *facts) log(s *dr.Service) {
	if len(s.Stopped) > 0 {
		b.section("Stopped tasks")
	}
	for _, t := range s.Stopped {
		exit := ""
		if t.ExitCode != nil {
			exit = fmt.Sprintf("exit %d", *t.ExitCode)
		}
		b.table([]ui.Line{ui.T(ui.Muted, ui.Clock(t.At, b.now)), ui.T(ui.Muted, t.ID), ui.T(ui.Text, joined("  ", t.Reason, exit))})
	}
	if s.Raw == nil || len(s.Raw.Events) == 0 {
		return
	}
	b.section("Events")
	for _, e := range s.Raw.Events {
		b.table([]ui.Line{ui.T(ui.Muted, ui.Clock(e.At, b.now)), ui.T(ui.Text, eventText(e.Message))})
	}
}

// joined is the words that are not empty.
func joined(sep string, words ...string) string {
	out := ""
	for _, w := range words {
		if w == "" {
			continue
		}
		if out != "" {
			out += sep
		}
		out += w
	}
	return out
}
