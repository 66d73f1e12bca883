package cloud

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// TaskDefinition finds a revision by ARN, by family:revision, or a family's newest by family; nil if there is none.
func (r *Region) TaskDefinition(ref string) *TaskDefinition {
	for _, d := range slices.Backward(r.TaskDefinitions) {
		if d.ARN == ref || d.Family == ref || fmt.Sprintf("%s:%d", d.Family, d.Revision) == ref {
			return d
		}
	}
	return nil
}

// register gives a task definition its family's next revision.
func (r *Region) register(d *TaskDefinition) {
	d.Revision = 1
	if newest := r.TaskDefinition(d.Family); newest != nil {
		d.Revision = newest.Revision + 1
	}
	d.ARN = r.arn("ecs", fmt.Sprintf("task-definition/%s:%d", d.Family, d.Revision))
	r.TaskDefinitions = append(r.TaskDefinitions, d)
}

// revise registers a revision of d whose first container runs a newly pushed image, after change has had its way.
func (w *World) revise(r *Region, d *TaskDefinition, change func(*TaskDefinition)) *TaskDefinition {
	next := *d
	next.Containers = slices.Clone(d.Containers)
	next.Registered = w.now
	change(&next)
	c := &next.Containers[0]
	name, tag, _ := strings.Cut(strings.TrimPrefix(c.Image, r.Registry()+"/"), ":")
	if repo := r.Repository(name); repo != nil {
		tag = freeTag(repo, tag)
		w.Push(r, repo, tag)
		c.Image = r.Registry() + "/" + name + ":" + tag
	}
	r.register(&next)
	return &next
}

// freeTag counts a version's last number up until no image has the tag: tags are immutable.
func freeTag(repo *Repository, tag string) string {
	head, last, _ := cutLast(tag, ".")
	n, _ := strconv.Atoi(last)
	for {
		n++
		if t := fmt.Sprintf("%s.%d", head, n); repo.Tagged(t) == nil {
			return t
		}
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
