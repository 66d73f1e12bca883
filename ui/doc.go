// Package ui is how things look on a terminal: seven roles of colour, lines of styled text that cannot be cut in the
// middle of a style, rectangles, a canvas, a few marks. It knows no cloud and no disaster recovery, and it imports
// nothing of ours.
//
// Text reaches the screen only inside a Span, and a Span is made only by functions that clean it: whatever a cloud
// answers, nothing but printable cells of known width arrives at the terminal.
package ui
