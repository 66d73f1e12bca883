package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// asJSON writes a tree as AWS's JSON protocols do, moments as seconds since 1970.
func asJSON(s Struct) []byte {
	var b bytes.Buffer
	writeJSON(&b, s)
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case Struct:
		b.WriteByte('{')
		first := true
		for _, f := range v {
			if f[1] == nil {
				continue
			}
			if !first {
				b.WriteByte(',')
			}
			first = false
			writeJSON(b, f.name())
			b.WriteByte(':')
			writeJSON(b, f[1])
		}
		b.WriteByte('}')
	case List:
		b.WriteByte('[')
		for i, x := range v.Values {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, x)
		}
		b.WriteByte(']')
	case time.Time:
		b.WriteString(strconv.FormatFloat(epoch(v), 'f', -1, 64))
	default:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err) // a tree holds only what Struct says
		}
		b.Write(text)
	}
}

// epoch is a moment in seconds since 1970, to the millisecond.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
