package dr

import (
	"fmt"
	"strconv"

	"lifeboat/tf"
)

// provisioned is a service as a plan changes it: the size of its tasks and how many run at least, before and after.
type provisioned struct {
	definition, target, service *tf.Change
}

// tasks puts Fargate's tasks on the bill: a service is one module (or the root), with a definition of its tasks and a floor of how
// many run, which is the roles file's.
func (b *bill) tasks(changes []tf.Change) {
	modules := map[string]*provisioned{}
	var order []string
	for i := range changes {
		c := &changes[i]
		s := modules[c.Module]
		if s == nil {
			s = &provisioned{}
			modules[c.Module] = s
			order = append(order, c.Module)
		}
		switch c.Type {
		case "aws_ecs_task_definition":
			s.definition = c
		case "aws_appautoscaling_target":
			s.target = c
		case "aws_ecs_service":
			s.service = c
		}
	}
	for _, module := range order {
		b.service(*modules[module])
	}
}

// service charges what a service's tasks come to. A definition without a service runs nothing.
func (b *bill) service(s provisioned) {
	if s.target == nil && s.service == nil {
		b.resized(s.definition)
		return
	}
	if s.definition == nil {
		if more := floor(s, will) - floor(s, was); more != 0 {
			b.unknown(more, "task", "tasks", "its size is not in this plan")
		}
		return
	}
	b.run(s.definition, will(s.definition), floor(s, will))
	b.run(s.definition, was(s.definition), -floor(s, was))
}

// resized is a definition that changes while the plan does not tell how many of its tasks run.
func (b *bill) resized(c *tf.Change) {
	if c == nil || c.Was == nil || c.Will == nil {
		return
	}
	now, old := kept(*c), c.Was
	if now["cpu"] != old["cpu"] || now["memory"] != old["memory"] {
		b.unknown(1, "other size of tasks", "other sizes of tasks", "how many run is not in this plan")
	}
}

// run charges n tasks of a definition.
func (b *bill) run(c *tf.Change, size map[string]string, n float64) {
	if n == 0 || size == nil {
		return
	}
	cpu, err := strconv.ParseFloat(size["cpu"], 64)
	memory, err2 := strconv.ParseFloat(size["memory"], 64)
	if err != nil || err2 != nil {
		b.unknown(n, "task", "tasks", "the size of "+c.Address+" cannot be read")
		return
	}
	vCPU, gib, arm := cpu/1024, memory/1024, size["runtime_platform[0].cpu_architecture"] == "ARM64"
	words := fmt.Sprintf("of %s vCPU and %s GiB", decimal(vCPU), decimal(gib))
	b.add(n, "task "+words, "tasks "+words, fargateMonth(vCPU, gib, arm), "Fargate, as many as run at least")
}

func was(c *tf.Change) map[string]string { return c.Was }

func will(c *tf.Change) map[string]string {
	if c.Action == tf.Replace {
		return kept(*c)
	}
	return c.Will
}

// floor is how many tasks of a service run at least: what the scaling says, else how many are wanted.
func floor(s provisioned, at func(*tf.Change) map[string]string) float64 {
	var text string
	switch {
	case s.target != nil:
		text = at(s.target)["min_capacity"]
	default:
		text = at(s.service)["desired_count"]
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return n
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
