package wire

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// decodeXML makes input of a document, under its root's name.
func (q *Request) decodeXML(body []byte) *Error {
	name, v, err := ReadXML(body)
	if err != nil {
		return Refuse("MalformedXML", "the body is not an XML document: %v", err)
	}
	q.In[name] = v
	return nil
}

// Document writes a structure as the XML document of that name, as REST services answer.
func Document(root string, v Struct) []byte { return document(root, "", v) }

// ReadXML reads a document as an input tree holds it: an element that has others below it is a map, several of one name
// a list, any other a text.
func ReadXML(body []byte) (root string, v any, err error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			return "", nil, err
		}
		if start, ok := token.(xml.StartElement); ok {
			v, err = element(d)
			return start.Name.Local, v, err
		}
	}
}

// element reads up to the end of the element that has just begun.
func element(d *xml.Decoder) (any, error) {
	var below map[string]any
	var words strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.CharData:
			words.Write(t)
		case xml.EndElement:
			if below == nil {
				return words.String(), nil
			}
			return below, nil
		case xml.StartElement:
			v, err := element(d)
			if err != nil {
				return nil, err
			}
			if below == nil {
				below = map[string]any{}
			}
			below[t.Name.Local] = joined(below[t.Name.Local], v)
		}
	}
}

// joined adds an element to those of its name.
func joined(before, v any) any {
	switch b := before.(type) {
	case nil:
		return v
	case []any:
		return append(b, v)
	}
	return []any{before, v}
}
