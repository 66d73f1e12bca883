package tf

// attributes are the leaves of a resource by their paths. What is sensitive is left out, and so is what is null.
func attributes(value, unknown, sensitive any) map[string]string {
	if value == nil {
		return nil
	}
	all := map[string]string{}
	leaves("", value, unknown, sensitive, all)
	return all
}

func leaves(path string, value, unknown, sensitive any, all map[string]string) {
	switch keys := keysOf(value, unknown); {
	case sensitive == true:
	case unknown == true:
		all[path] = ""
	case keys != nil:
		for _, key := range keys {
			leaves(join(path, key), child(value, key), child(unknown, key), child(sensitive, key), all)
		}
	default:
		switch v := value.(type) {
		case nil, map[string]any, []any:
		case string:
			all[path] = v
		default:
			all[path] = text(v)
		}
	}
}
