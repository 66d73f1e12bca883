package dr

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"lifeboat/aws"
	"lifeboat/tf"
)

// A Terraform that was killed leaves what it has made in no state. What its next apply finds there already is imported by the plan after.

// importsPath keeps what the next plan of a root imports, since it was found there.
func (b *builder) importsPath(root string) string {
	return filepath.Join(b.dir, "imports", root+".json")
}

func (b *builder) pendingImports(root string) ([]tf.Import, error) {
	var list []tf.Import
	data, err := os.ReadFile(b.importsPath(root))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	return list, err
}

// found keeps resources that could not be made because they are there already: the next plan imports them. It gives those of which
// nothing tells what they are imported by.
func (b *builder) found(ctx context.Context, root string, plan *tf.Plan, existing []string) (left []string, err error) {
	list, err := b.pendingImports(root)
	if err != nil || len(existing) == 0 {
		return nil, err
	}
	var cannot []error
	for _, address := range existing {
		i := slices.IndexFunc(plan.Changes, func(c tf.Change) bool { return c.Address == address })
		if i < 0 {
			continue
		}
		one, ok, err := b.importOf(ctx, root, plan.Changes[i])
		if !ok {
			left, cannot = append(left, address), append(cannot, err)
		} else if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return left, errors.Join(append(cannot, writeJSON(b.importsPath(root), list))...)
}

// importOf is how a resource that is there already is imported: by what its plan says, else by what the cloud says of its name.
func (b *builder) importOf(ctx context.Context, root string, c tf.Change) (one tf.Import, ok bool, err error) {
	at, err := b.place(ctx, root)
	if err != nil {
		return one, false, err
	}
	if one, ok = tf.ImportOf(c, at); ok || c.Name == "" || c.Action != tf.Add {
		return one, ok, nil
	}
	there, err := b.changer(b.regionOf(root))
	if err != nil {
		return one, false, err
	}
	one.To = c.Address
	switch c.Type {
	case "aws_lb":
		one.ID, err = there.BalancerARN(ctx, c.Name)
	case "aws_lb_target_group":
		one.ID, err = there.TargetGroupARN(ctx, c.Name)
	case "aws_ecs_service": // of a cluster that the plan does not name
		cluster := firstCluster(b.regionOf(root), b.c.Estate+"-dr")
		var known []aws.ServiceState
		if known, err = there.Services(ctx, cluster, []string{c.Name}); len(known) > 0 {
			one.ID = cluster + "/" + c.Name
		}
	}
	return one, err == nil && one.ID != "", err
}
