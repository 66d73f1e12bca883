package wire

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"
)

// writeXML writes an element and what it holds, moments as ISO 8601.
func writeXML(b *bytes.Buffer, name, attributes string, v any) {
	if v == nil {
		return
	}
	fmt.Fprintf(b, "<%s%s>", name, attributes)
	switch v := v.(type) {
	case Struct:
		for _, f := range v {
			writeXML(b, f.name(), "", f[1])
		}
	case List:
		for _, x := range v.Values {
			writeXML(b, v.Item, "", x)
		}
	case time.Time:
		b.WriteString(v.UTC().Format("2006-01-02T15:04:05.000Z"))
	default:
		_ = xml.EscapeText(b, fmt.Append(nil, v)) // a Buffer takes everything
	}
	fmt.Fprintf(b, "</%s>", name)
}

func namespace(uri string) string {
	if uri == "" {
		return ""
	}
	return ` xmlns="` + uri + `"`
}
