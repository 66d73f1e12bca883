package terraform

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	importBlock = regexp.MustCompile(`(?ms)^\s*import\s*\{(.*?)^\s*\}`)
	importTo    = regexp.MustCompile(`(?m)^\s*to\s*=\s*(\S.*?)\s*$`)
	importID    = regexp.MustCompile(`(?m)^\s*id\s*=\s*"([^"]*)"\s*$`)
)

// imports are the import blocks of a root's files: ids by address.
func imports(dir string) (map[string]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.tf"))
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for _, block := range importBlock.FindAllStringSubmatch(string(text), -1) {
			to, id := importTo.FindStringSubmatch(block[1]), importID.FindStringSubmatch(block[1])
			if to == nil || id == nil {
				return nil, problem{Summary: "Invalid import block", Detail: "The stand-in reads import blocks that have an address in to and a quoted id.", File: filepath.Base(path)}
			}
			all[to[1]] = id[1]
		}
	}
	return all, nil
}

func (s *session) output(ctx context.Context, _ []string) (int, error) {
	_, b, err := s.opened(ctx)
	if err != nil {
		return 0, err
	}
	st, err := b.load(ctx)
	if err != nil {
		return 0, err
	}
	all := map[string]any{}
	for name, v := range st.Outputs {
		all[name] = map[string]any{"sensitive": false, "type": typeOfValue(v), "value": v}
	}
	return 0, s.print(all)
}

// stateOf is `state pull`, `state list`, `state rm ADDRESS...` and `state push FILE`.
func (s *session) stateOf(ctx context.Context, args []string) (int, error) {
	_, b, err := s.opened(ctx)
	if err != nil {
		return 0, err
	}
	_, rest := split(args)
	if len(rest) == 0 {
		return 0, problem{Summary: "state needs pull, list, rm or push"}
	}
	switch rest[0] {
	case "rm":
		return 0, s.forget(ctx, b, rest[1:])
	case "push":
		return 0, s.push(ctx, b, rest[1:])
	}
	st, err := b.load(ctx)
	if err != nil {
		return 0, err
	}
	switch rest[0] {
	case "pull":
		text, err := st.write()
		if err != nil || st.Serial == 0 {
			return 0, err
		}
		_, err = s.out.Write(text)
		return 0, err
	case "list":
		_, err = fmt.Fprintln(s.out, strings.Join(slices.SortedFunc(maps.Keys(st.Instances), byDepth), "\n"))
		return 0, err
	}
	return 0, problem{Summary: "state has no command " + rest[0] + " in the stand-in"}
}

func (s *session) forget(ctx context.Context, b *backend, addresses []string) error {
	return s.changing(ctx, b, "OperationTypeStateRm", func(st *state) error {
		n := 0
		for _, address := range st.addresses() {
			if slices.ContainsFunc(addresses, func(of string) bool {
				return address == of || strings.HasPrefix(address, of+".") || strings.HasPrefix(address, of+"[")
			}) {
				delete(st.Instances, address)
				n++
				_, _ = fmt.Fprintln(s.out, "Removed "+address)
			}
		}
		if n == 0 {
			return problem{Summary: "Invalid target address", Detail: "No matching objects found. To view the available instances, use \"terraform state list\". Please modify the address to reference a specific instance."}
		}
		_, _ = fmt.Fprintf(s.out, "Successfully removed %d resource instance(s).\n", n)
		return nil
	})
}

// push puts a file in the state's place, where it is that state's next.
func (s *session) push(ctx context.Context, b *backend, files []string) error {
	if len(files) != 1 {
		return problem{Summary: "Exactly one argument expected", Detail: "The stand-in pushes a file."}
	}
	text, err := os.ReadFile(filepath.Join(s.dir, files[0]))
	if err != nil {
		return err
	}
	pushed, err := readState(text)
	if err != nil {
		return err
	}
	return s.changing(ctx, b, "OperationTypeStatePush", func(st *state) error {
		switch {
		case st.Serial > 0 && st.Lineage != pushed.Lineage:
			return problem{Summary: "Failed to write state: cannot import state with lineage \"" + pushed.Lineage + "\" over unrelated state with lineage \"" + st.Lineage + "\""}
		case st.Serial >= pushed.Serial:
			return problem{Summary: fmt.Sprintf("Failed to write state: cannot import state with serial %d over newer state with serial %d", pushed.Serial, st.Serial)}
		}
		st.Instances, st.Outputs = pushed.Instances, pushed.Outputs
		return nil
	})
}

// changing changes the state under its lock.
func (s *session) changing(ctx context.Context, b *backend, operation string, do func(*state) error) error {
	release, err := b.take(ctx, operation)
	if err != nil {
		return err
	}
	defer release()
	st, err := b.load(ctx)
	if err != nil {
		return err
	}
	if err := do(st); err != nil {
		return err
	}
	return b.save(ctx, st)
}

func (s *session) importIt(ctx context.Context, args []string) (int, error) {
	root, b, err := s.opened(ctx)
	if err != nil {
		return 0, err
	}
	_, rest := split(args)
	if len(rest) != 2 {
		return 0, problem{Summary: "import needs an address and an id"}
	}
	if missing := s.vars.complete(root); len(missing) > 0 {
		return 0, missing[0]
	}
	address, id := rest[0], rest[1]
	return 0, s.changing(ctx, b, "OperationTypeImport", func(st *state) error {
		w := wanted(s.name, root, s.vars, s.estate.Account)[address]
		switch {
		case w == nil:
			return problem{Summary: "resource address \"" + address + "\" does not exist in the configuration.", Detail: "Before importing this resource, please create its configuration in the root module."}
		case st.Instances[address] != nil:
			return problem{Summary: "Resource already managed by Terraform", Detail: "Terraform is already managing a remote object for " + address + ". To\nimport to this address you must first remove the existing object from the\nstate."}
		}
		p := &planner{session: s, vars: s.vars, root: root, state: st}
		found, err := p.found(ctx, w, id)
		if err != nil {
			return err
		}
		found.Needs = root.closure(blockOf(address))
		st.Instances[address] = found
		_, err = fmt.Fprintf(s.out, "%s: Importing from ID %q...\n\nImport successful!\n", address, id)
		return err
	})
}

func (s *session) unlock(ctx context.Context, args []string) (int, error) {
	_, b, err := s.opened(ctx)
	if err != nil {
		return 0, err
	}
	_, rest := split(args)
	l, err := b.holder(ctx)
	switch {
	case err != nil:
		return 0, err
	case len(rest) == 0:
		return 0, problem{Summary: "force-unlock needs the lock's ID"}
	case l == nil:
		return 0, problem{Summary: "Failed to unlock state: the state is not locked"}
	case l.ID != rest[0]:
		return 0, problem{Summary: fmt.Sprintf("Failed to unlock state: lock ID %q does not match existing lock ID %q", rest[0], l.ID)}
	}
	if err := b.release(ctx); err != nil {
		return 0, err
	}
	_, err = fmt.Fprintln(s.out, "Terraform state has been successfully unlocked!")
	return 0, err
}

func (s *session) validate(ctx context.Context, _ []string) (int, error) {
	if _, err := s.rooted(ctx); err != nil {
		return 0, err
	}
	return 0, s.print(map[string]any{"format_version": "1.0", "valid": true, "error_count": 0, "warning_count": 0, "diagnostics": []any{}})
}
